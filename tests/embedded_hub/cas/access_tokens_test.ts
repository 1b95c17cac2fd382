import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { accessTokens, authorize } from "../../../lib/embedded_hub/cas/access_tokens.ts";
import { CasError } from "../../../lib/embedded_hub/cas/cas_error.ts";
import { NOON } from "./start_cas.ts";

const SECRET = new Uint8Array(32).fill(5);
const CLAIMS = { scope: "write", repo: "local/photos", exp: NOON / 1000 + 60 } as const;

function status(work: () => unknown): number {
  return assertThrows(work, CasError).status;
}

Deno.test("a token says what it was issued for until it ends", () => {
  let now = NOON;
  const tokens = accessTokens(SECRET, () => now);
  const token = tokens.issue(CLAIMS);
  assertEquals(tokens.verify(token), CLAIMS);
  now += 59_999;
  assertEquals(tokens.verify(token), CLAIMS);
  now += 1;
  assertEquals(status(() => tokens.verify(token)), 401);
});

Deno.test("a token is not valid under another secret or when a character is changed", () => {
  const tokens = accessTokens(SECRET, () => NOON);
  const token = tokens.issue(CLAIMS);
  const others = accessTokens(new Uint8Array(32), () => NOON);
  assertEquals(status(() => others.verify(token)), 401);
  // The last character may have bits that base64 does not use.
  fc.assert(fc.property(fc.nat(token.length - 2), fc.constantFrom(..."aB3_."), (at, character) => {
    const changed = token.slice(0, at) + character + token.slice(at + 1);
    if (changed !== token) assertEquals(status(() => tokens.verify(changed)), 401);
  }));
  fc.assert(fc.property(fc.string(), (junk) => {
    assertEquals(status(() => tokens.verify(junk)), 401);
  }));
});

Deno.test("write includes read, and read does not include write", () => {
  const tokens = accessTokens(SECRET, () => NOON);
  const headers = (scope: "read" | "write") =>
    new Headers({ authorization: `Bearer ${tokens.issue({ ...CLAIMS, scope })}` });
  assertEquals(authorize(tokens, headers("write"), "read").scope, "write");
  assertEquals(authorize(tokens, headers("write"), "write").scope, "write");
  assertEquals(authorize(tokens, headers("read"), "read").scope, "read");
  assertEquals(status(() => authorize(tokens, headers("read"), "write")), 403);
  assertEquals(status(() => authorize(tokens, new Headers(), "read")), 401);
  const basic = new Headers({ authorization: "Basic eDp5" });
  assertEquals(status(() => authorize(tokens, basic, "read")), 401);
});
