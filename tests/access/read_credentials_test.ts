import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  CredentialsError,
  readCredentials,
  requireTogether,
} from "../../lib/access/read_credentials.ts";

const PAIR = { accessKeyId: "AKID", secretAccessKey: "secret-of-many" };

const problemsOf = (json: string): readonly string[] =>
  assertThrows(() => readCredentials(json), CredentialsError).problems;

Deno.test("readCredentials() reads every field", () => {
  const full = {
    ...PAIR,
    hubToken: "hf_token",
    namespace: "org",
    access: "read-only",
    buckets: ["data", "org--data/prefix/é", "datasets--a--b"],
    expires: "2027-01-31T00:00:00+01:00",
  };
  assertEquals(readCredentials(JSON.stringify([PAIR, full])), [
    PAIR,
    { ...full, access: "read-only", expires: new Date(Date.UTC(2027, 0, 30, 23)) },
  ]);
});

Deno.test("readCredentials() tells all problems at once, by their places", () => {
  const bad = [
    { ...PAIR, accessKeyId: "a b" },
    { accessKeyId: "AKID" },
    { ...PAIR, secretAccessKey: 12345678, acess: "read-only" },
    { ...PAIR, access: "write", buckets: [], expires: "tomorrow", namespace: "a/b", hubToken: "" },
    { ...PAIR, buckets: ["/x"], expires: "2027-13-01T00:00:00Z" },
  ];
  assertEquals(problemsOf(JSON.stringify(bad)).map((problem) => problem.split(" must ")[0]), [
    "[0].accessKeyId",
    "[1].secretAccessKey is missing",
    "[2] has an unknown field acess",
    "[2].secretAccessKey",
    "[3].hubToken",
    "[3].namespace",
    "[3].access",
    "[3].buckets",
    "[3].expires",
    "[4].buckets",
    "[4].expires",
  ]);
});

Deno.test("readCredentials() refuses what is no list of pairs", () => {
  for (const json of ["", "{", "null", "{}", "[]", '"x"', "[1]", "[[]]", '{"accessKeyId":"x"}']) {
    assert(problemsOf(json).length > 0, json);
  }
});

Deno.test("readCredentials() never shows a value, wherever it stands", () => {
  const secret = "hunter2-very-secret_1";
  const value = fc.oneof(
    fc.constant(secret),
    fc.constant([secret]),
    fc.constant({ [secret]: secret }),
    fc.constant(`${secret} with blanks`),
    fc.constant(7),
  );
  const name = fc.constantFrom(
    ...["accessKeyId", "secretAccessKey", "hubToken", "namespace", "access", "buckets"],
    ...["expires", secret],
  );
  const pairs = fc.array(fc.dictionary(name, value, { maxKeys: 8 }), { maxLength: 3 });
  const cut = fc.option(fc.nat(200), { nil: undefined });
  fc.assert(
    fc.property(fc.oneof(pairs, value), cut, (document, end) => {
      try {
        readCredentials(JSON.stringify(document).slice(0, end));
      } catch (error) {
        assert(error instanceof CredentialsError);
        assert(!error.message.includes("hunter2"), error.message);
        assertEquals(error.cause, undefined);
      }
    }),
    { numRuns: 2000 },
  );
});

Deno.test("requireTogether() refuses pairs that cannot be told apart or have no token", () => {
  const own = { token: "hf_own", namespace: "own" };
  const refused = (more: object[], gateway = own) =>
    assertThrows(
      () => requireTogether(more.map((one) => ({ ...PAIR, ...one })), gateway),
      CredentialsError,
    );
  refused([{}, {}]);
  refused([{ namespace: "org" }]);
  refused([{ hubToken: "hf_own", namespace: "other" }]);
  refused([{ hubToken: "hf_a" }, { accessKeyId: "B", hubToken: "hf_a", namespace: "org" }]);
  assertThrows(() => requireTogether([PAIR], {}), CredentialsError);
  requireTogether([PAIR, { ...PAIR, accessKeyId: "B", hubToken: "hf_a", namespace: "org" }], own);
  requireTogether([{ ...PAIR, hubToken: "hf_a" }], {});
});
