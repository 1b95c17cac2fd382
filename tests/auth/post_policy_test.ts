import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { checkPostPolicy, readPostPolicy, withinSizes } from "../../lib/auth/post_policy.ts";
import { S3Error } from "../../lib/errors/s3_error.ts";

const NOW = new Date("2026-01-02T03:04:05Z");
const LATER = "2026-01-02T04:00:00Z";
const encode = (text: string): string => new TextEncoder().encode(text).toBase64();
const policyOf = (conditions: unknown, expiration: unknown = LATER) =>
  readPostPolicy(encode(JSON.stringify({ expiration, conditions })));

/** The message that a form is refused with; empty when it is let through. */
function refusal(conditions: unknown, fields: Record<string, string>, now = NOW): string {
  const all = [{ bucket: "b" }, ["starts-with", "$key", ""], ...(conditions as unknown[])];
  const sent = new Map(Object.entries({ key: "k", ...fields }));
  try {
    checkPostPolicy(policyOf(all), sent, { bucket: "b", key: sent.get("key") ?? "" }, now);
    return "";
  } catch (error) {
    if (!(error instanceof S3Error)) throw error;
    assertEquals(error.code, "AccessDenied");
    return error.message.replace("Invalid according to Policy: ", "");
  }
}

Deno.test("every condition is enforced on its own", () => {
  const failed = (text: string) => `Policy Condition failed: ${text}`;
  const matrix: [unknown[], Record<string, string>, string][] = [
    [[], {}, ""],
    [[{ acl: "private" }], { acl: "private" }, ""],
    [[{ ACL: "private" }], { acl: "private" }, ""],
    [[{ acl: "private" }], { acl: "public-read" }, failed('["eq", "$acl", "private"]')],
    [[{ acl: "private" }], {}, failed('["eq", "$acl", "private"]')],
    [[["eq", "$x-amz-meta-a", "1"]], { "x-amz-meta-a": "1" }, ""],
    [
      [["eq", "$x-amz-meta-a", "1"]],
      { "x-amz-meta-a": "10" },
      failed('["eq", "$x-amz-meta-a", "1"]'),
    ],
    [[["starts-with", "$key", "user/"]], { key: "user/x" }, ""],
    [
      [["starts-with", "$key", "user/"]],
      { key: "User/x" },
      failed('["starts-with", "$key", "user/"]'),
    ],
    [[["starts-with", "$content-type", "image/"]], { "content-type": "image/a, image/b" }, ""],
    [
      [["starts-with", "$content-type", "image/"]],
      { "content-type": "image/a,text/html" },
      failed('["starts-with", "$content-type", "image/"]'),
    ],
    [[["starts-with", "$success_action_redirect", ""]], { success_action_redirect: "x" }, ""],
    [[], { "x-ignore-me": "1", "x-amz-checksum-crc32": "x", policy: "p", signature: "s" }, ""],
    [[], { acl: "private" }, "Extra input fields: acl"],
    [[], { "x-amz-meta-a": "1", tagging: "x" }, "Extra input fields: x-amz-meta-a, tagging"],
  ];
  for (const [conditions, fields, message] of matrix) {
    assertEquals(refusal(conditions, fields), message, JSON.stringify([conditions, fields]));
  }
  assertEquals(refusal([], {}, new Date(LATER)), "Policy expired.");
});

Deno.test("the bucket is the one addressed, and must be covered", () => {
  const key = new Map([["key", "k"], ["bucket", "b"]]);
  const check = (conditions: unknown, bucket: string) =>
    checkPostPolicy(policyOf(conditions), key, { bucket, key: "k" }, NOW);
  check([{ bucket: "b" }, { key: "k" }], "b");
  assertThrows(() => check([{ bucket: "b" }, { key: "k" }], "other"), S3Error);
  assertThrows(() => check([{ key: "k" }], "b"), S3Error, "Extra input fields: bucket");
});

Deno.test("the key is held with the file's name in it or with the variable", () => {
  const fields = new Map([["key", "u/${filename}"]]);
  for (const meant of ["u/${filename}", "u/a.txt"]) {
    const policy = policyOf([{ bucket: "b" }, { key: meant }]);
    checkPostPolicy(policy, fields, { bucket: "b", key: "u/a.txt" }, NOW);
  }
});

Deno.test("a dollar can be escaped", () => {
  const text = `{"expiration":"${LATER}","conditions":[["eq","$key","\\$a"],{"acl":"\\\\$b"}]}`;
  assertEquals(readPostPolicy(encode(text)).conditions.map(({ value }) => value), ["$a", "\\$b"]);
});

Deno.test("what is no policy is refused", () => {
  const documents = [
    "",
    "not base64!",
    encode("no json"),
    encode("[]"),
    encode("null"),
    encode(JSON.stringify({ conditions: [] })),
    encode(JSON.stringify({ expiration: LATER })),
    encode(JSON.stringify({ EXPIRATION: LATER, conditions: [] })),
    encode(JSON.stringify({ expiration: LATER, CONDITIONS: [] })),
    encode(JSON.stringify({ expiration: LATER, conditions: {} })),
    ...[
      "tomorrow",
      "2026-01-02",
      "2026-02-30T00:00:00Z",
      "2026-01-02T25:00:00Z",
      "2026-01-02T03:04:05",
      5,
    ]
      .map((expiration) => encode(JSON.stringify({ expiration, conditions: [] }))),
    ...[
      {},
      { a: "1", b: "2" },
      { a: 1 },
      "x",
      null,
      [],
      ["eq", "$key"],
      ["eq", "key", "x"],
      ["EQ", "$key", "x"],
      ["StArTs-WiTh", "$key", "x"],
      ["content-length-range", 0],
      ["content-length-range", -1, 5],
      ["content-length-range", "a", 5],
      ["content-length-range", 0, 1.5],
    ].map((condition) => encode(JSON.stringify({ expiration: LATER, conditions: [condition] }))),
  ];
  for (const document of documents) {
    const error = assertThrows(() => readPostPolicy(document), S3Error);
    assertEquals([error.code, error.status], ["InvalidPolicyDocument", 400], document);
  }
});

Deno.test("a file must have a size that all ranges allow", async () => {
  const { sizes } = policyOf([["content-length-range", 2, 9], ["content-length-range", "0", "4"]]);
  const through = (text: string) =>
    new Response(withinSizes(new Blob([text]).stream(), sizes)).text();
  assertEquals(await through("12"), "12");
  assertEquals(await through("1234"), "1234");
  assertEquals((await assertRejects(() => through("1"), S3Error)).code, "EntityTooSmall");
  assertEquals((await assertRejects(() => through("12345"), S3Error)).code, "EntityTooLarge");
});
