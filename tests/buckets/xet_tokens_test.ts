import { assertEquals, assertRejects } from "@std/assert";
import { XetTokens } from "../../lib/buckets/xet_tokens.ts";

/** Tokens of a Hub whose clock the test sets. */
function tokensOf(lifeSeconds: number) {
  const clock = { now: 1_000_000 };
  const issued: string[] = [];
  const tokens = new XetTokens({
    now: () => clock.now,
    issue: (id, scope) => {
      const number = issued.push(`${scope} ${id}`);
      const exp = clock.now / 1000 + lifeSeconds;
      return Promise.resolve({ accessToken: `t${number}`, exp, casUrl: "http://cas" });
    },
  });
  return { clock, issued, tokens };
}

Deno.test("callers at once share one token, later ones get it from the cache", async () => {
  const { tokens, issued } = tokensOf(900);
  const all = await Promise.all([1, 2, 3].map(() => tokens.get("a/b", "read")));
  assertEquals(all.map(({ accessToken }) => accessToken), ["t1", "t1", "t1"]);
  assertEquals((await tokens.get("a/b", "read")).accessToken, "t1");
  assertEquals(issued, ["read a/b"]);
});

Deno.test("buckets and scopes have tokens of their own", async () => {
  const { tokens, issued } = tokensOf(900);
  await tokens.get("a/b", "read");
  await tokens.get("a/b", "write");
  await tokens.get("a/c", "read");
  assertEquals(issued, ["read a/b", "write a/b", "read a/c"]);
});

Deno.test("a token is renewed a minute before it ends", async () => {
  const { tokens, issued, clock } = tokensOf(900);
  await tokens.get("a/b", "read");
  clock.now += 839_999;
  await tokens.get("a/b", "read");
  assertEquals(issued.length, 1);
  clock.now += 1;
  assertEquals((await tokens.get("a/b", "read")).accessToken, "t2");
});

Deno.test("a token of a short life is used for half of it", async () => {
  const { tokens, issued, clock } = tokensOf(10);
  await tokens.get("a/b", "read");
  clock.now += 4_999;
  await tokens.get("a/b", "read");
  assertEquals(issued.length, 1);
  clock.now += 1;
  await tokens.get("a/b", "read");
  assertEquals(issued.length, 2);
});

Deno.test("a refused token is replaced, once for all who had it", async () => {
  const { tokens, issued } = tokensOf(900);
  await tokens.get("a/b", "write");
  const all = await Promise.all(
    [1, 2, 3].map(() => tokens.get("a/b", "write", undefined, "t1")),
  );
  assertEquals(all.map(({ accessToken }) => accessToken), ["t2", "t2", "t2"]);
  assertEquals((await tokens.get("a/b", "write", undefined, "t1")).accessToken, "t2");
  assertEquals(issued.length, 2);
});

Deno.test("where our clock is ahead of the Hub's, a token is kept all the same", async () => {
  const { tokens, issued, clock } = tokensOf(-100);
  await tokens.get("a/b", "read");
  clock.now += 59_999;
  await tokens.get("a/b", "read");
  assertEquals(issued.length, 1);
  clock.now += 1;
  await tokens.get("a/b", "read");
  assertEquals(issued.length, 2);
});

Deno.test("the tokens of a bucket can be forgotten", async () => {
  const { tokens, issued } = tokensOf(900);
  await tokens.get("a/b", "write");
  tokens.forget("a/b");
  await tokens.get("a/b", "write");
  assertEquals(issued.length, 2);
});

Deno.test("a failure is not kept", async () => {
  let count = 0;
  const tokens = new XetTokens({
    now: () => 0,
    issue: () =>
      ++count === 1
        ? Promise.reject(new Error("down"))
        : Promise.resolve({ accessToken: "t", exp: 900, casUrl: "http://cas" }),
  });
  await assertRejects(() => tokens.get("a/b", "read"), Error, "down");
  assertEquals((await tokens.get("a/b", "read")).accessToken, "t");
});
