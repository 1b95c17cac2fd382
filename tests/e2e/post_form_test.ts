import { createHmac } from "node:crypto";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { CREDENTIAL, startGateway } from "../support/start_gateway.ts";
import { memoryGateway } from "../support/memory_gateway.ts";

const SOON = new Date(Date.now() + 600_000).toISOString();
const CONDITIONS = [
  { bucket: "bucket" },
  ["starts-with", "$key", "up/"],
  ["starts-with", "$Content-Type", "text/"],
  ["starts-with", "$x-amz-meta-a", ""],
  ["starts-with", "$success_action_status", ""],
  ["starts-with", "$success_action_redirect", ""],
  ["starts-with", "$tagging", ""],
  ["content-length-range", 1, 20],
];
const encode = (policy: unknown): string =>
  new TextEncoder().encode(JSON.stringify(policy)).toBase64();
const POLICY = encode({ expiration: SOON, conditions: CONDITIONS });

function v4(policy = POLICY, secret = CREDENTIAL.secretAccessKey): Record<string, string> {
  const date = new Date().toISOString().replace(/[-:]|\.\d{3}/g, "");
  const day = date.slice(0, 8);
  const hmac = (key: string | Uint8Array, text: string): Uint8Array =>
    createHmac("sha256", key).update(text).digest();
  const key = [day, "us-east-1", "s3", "aws4_request"].reduce<string | Uint8Array>(
    hmac,
    `AWS4${secret}`,
  );
  return {
    policy,
    "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
    "X-Amz-Credential": `${CREDENTIAL.accessKeyId}/${day}/us-east-1/s3/aws4_request`,
    "X-Amz-Date": date,
    "X-Amz-Signature": hmac(key, policy).toHex(),
  };
}

const v2 = (policy = POLICY, secret = CREDENTIAL.secretAccessKey): Record<string, string> => ({
  policy,
  AWSAccessKeyId: CREDENTIAL.accessKeyId,
  signature: createHmac("sha1", secret).update(policy).digest("base64"),
});

const FIELDS = { key: "up/${filename}", "Content-Type": "text/plain" };

async function formGateway() {
  const gateway = memoryGateway(CREDENTIAL);
  await gateway.store.createBucket("bucket");
  const post = async (fields: Record<string, string>, file = "bytes", bucket = "bucket") => {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    form.append("file", new Blob([file]), "dir/f.txt");
    const response = await gateway.handler(
      new Request(`http://localhost/${bucket}`, { method: "POST", body: form }),
    );
    const body = await response.text();
    return { response, body, code: /<Code>(\w+)</.exec(body)?.[1] ?? "" };
  };
  const stored = async (key = "up/f.txt") => (await gateway.store.stat("bucket", [key]))[0];
  return { ...gateway, post, stored };
}

Deno.test("a form signed either way is stored with its fields", async () => {
  for (const signature of [v4(), v2()]) {
    const { post, stored } = await formGateway();
    const tagging = "<Tagging><TagSet><Tag><Key>t</Key><Value>a b</Value></Tag></TagSet></Tagging>";
    const { response, body } = await post({
      ...FIELDS,
      ...signature,
      "x-amz-meta-a": "grüße",
      "x-ignore-x": "1",
      tagging,
    });
    assertEquals([response.status, body], [204, ""]);
    assertEquals(response.headers.get("location"), "http://localhost/bucket/up/f.txt");
    const object = await stored();
    assertEquals(response.headers.get("etag"), `"${object?.etag}"`);
    assertEquals(object?.attributes.contentType, "text/plain");
    assertEquals(object?.attributes.metadata, { a: "grüße" });
    assertEquals(object?.attributes.tags, [{ key: "t", value: "a b" }]);
  }
});

Deno.test("a form chooses its answer", async () => {
  const { post } = await formGateway();
  const created = await post({ ...FIELDS, ...v4(), success_action_status: "201" });
  assertEquals(created.response.status, 201);
  assertStringIncludes(created.body, "<Bucket>bucket</Bucket><Key>up/f.txt</Key><ETag>&quot;");
  assertEquals(
    (await post({ ...FIELDS, ...v4(), success_action_status: "200" })).response.status,
    200,
  );
  assertEquals(
    (await post({ ...FIELDS, ...v4(), success_action_status: "500" })).response.status,
    204,
  );
  const redirect = "https://example.org/done?a=1";
  const { response } = await post({ ...FIELDS, ...v4(), success_action_redirect: redirect });
  assertEquals(response.status, 303);
  assertStringIncludes(
    response.headers.get("location") ?? "",
    "https://example.org/done?a=1&bucket=bucket&key=up/f.txt&etag=%22",
  );
  for (const bad of ["javascript:alert(1)", "no url"]) {
    const ignored = await post({ ...FIELDS, ...v4(), success_action_redirect: bad });
    assertEquals(ignored.response.status, 204);
  }
});

Deno.test("a form that fails any check stores nothing", async () => {
  const { post, stored, store } = await formGateway();
  const without = (name: string) =>
    Object.fromEntries(Object.entries(v4()).filter(([field]) => field !== name));
  const over = encode({ expiration: "2020-01-01T00:00:00Z", conditions: CONDITIONS });
  const cases: [Record<string, string>, string, number, string][] = [
    [FIELDS, "bytes", 403, "AccessDenied"],
    [{ ...FIELDS, ...v4(POLICY, "wrong") }, "bytes", 403, "SignatureDoesNotMatch"],
    [{ ...FIELDS, ...v2(POLICY, "wrong") }, "bytes", 403, "SignatureDoesNotMatch"],
    [{ ...FIELDS, ...v2(), AWSAccessKeyId: "x" }, "bytes", 403, "InvalidAccessKeyId"],
    [{ ...FIELDS, ...without("X-Amz-Signature") }, "bytes", 400, "InvalidArgument"],
    [{ ...FIELDS, ...without("policy") }, "bytes", 400, "InvalidArgument"],
    [{ ...FIELDS, policy: POLICY }, "bytes", 400, "InvalidArgument"],
    [{ ...FIELDS, ...v4(), "X-Amz-Security-Token": "t" }, "bytes", 400, "InvalidToken"],
    [{ ...FIELDS, ...v4(over) }, "bytes", 403, "AccessDenied"],
    [{ ...FIELDS, ...v4(encode({})) }, "bytes", 400, "InvalidPolicyDocument"],
    [{ ...FIELDS, ...v4(), acl: "private" }, "bytes", 403, "AccessDenied"],
    [{ ...FIELDS, ...v4(), "Content-Type": "image/png" }, "bytes", 403, "AccessDenied"],
    [{ ...FIELDS, ...v4(), key: "other/x" }, "bytes", 403, "AccessDenied"],
    [{ "Content-Type": "text/plain", ...v4() }, "bytes", 400, "InvalidArgument"],
    [{ ...FIELDS, ...v4() }, "", 400, "EntityTooSmall"],
    [{ ...FIELDS, ...v4() }, "x".repeat(21), 400, "EntityTooLarge"],
    [{ ...FIELDS, ...v4(), "x-amz-checksum-crc32": "AAAAAA==" }, "bytes", 400, "BadDigest"],
    [{ ...FIELDS, ...v4(), tagging: "<x/>" }, "bytes", 400, "MalformedXML"],
  ];
  for (const [fields, file, status, code] of cases) {
    const { response, code: got, body } = await post(fields, file);
    assertEquals([response.status, got], [status, code], body);
    assertEquals(await stored(), undefined, code);
  }
  assertEquals(store.calls.filter((call) => call.startsWith("commit")), []);
});

Deno.test("a form to a missing bucket, without a signature, costs no call of the store", async () => {
  const { post, store } = await formGateway();
  const before = store.calls.length;
  assertEquals((await post(FIELDS, "bytes", "missing")).code, "AccessDenied");
  assertEquals(
    (await post({ ...FIELDS, ...v4(POLICY, "wrong") }, "b", "missing")).code,
    "SignatureDoesNotMatch",
  );
  assertEquals(store.calls.slice(before), []);
});

Deno.test("only a form to a bucket may come without a signature", async () => {
  const { handler } = await formGateway();
  for (const target of ["/bucket?delete", "/bucket/k", "/bucket/k?uploads", "/"]) {
    const form = new FormData();
    form.append("key", "k");
    const response = await handler(
      new Request(`http://localhost${target}`, { method: "POST", body: form }),
    );
    assertStringIncludes(await response.text(), "<Code>AccessDenied</Code>", target);
  }
});

Deno.test("a form's file streams through a real gateway, and no form reaches a hidden key", async () => {
  await using gateway = await startGateway({ credentials: [], allowAnonymous: true });
  await (await fetch(`${gateway.url}/bucket`, { method: "PUT" })).body?.cancel();
  const bytes = new Uint8Array(3 * 1024 * 1024).map((_, i) => (i * 31) % 251);
  const post = async (key: string) => {
    const form = new FormData();
    form.append("key", key);
    form.append("file", new Blob([bytes]), "f");
    const response = await fetch(`${gateway.url}/bucket`, { method: "POST", body: form });
    return [response.status, /<Code>(\w+)</.exec(await response.text())?.[1]];
  };
  assertEquals(await post("large"), [204, undefined]);
  const stored = await fetch(`${gateway.url}/bucket/large`);
  assertEquals(await stored.bytes(), bytes);
  for (const key of ["~hugbucket/bucket.json", "~hugbucket/meta/large", "a/../b", "a//b"]) {
    assertEquals(await post(key), [400, "InvalidArgument"], key);
  }
});
