import { assert, assertEquals } from "@std/assert";
import { memoryGateway } from "../support/memory_gateway.ts";

/** What a bucket has besides its objects, by the API reference, and is not served yet. */
const OF_BUCKETS = (
  "abac accelerate acl analytics cors encryption events intelligent-tiering inventory lifecycle " +
  "logging metadataConfiguration metadataInventoryTable metadataJournalTable metadataTable " +
  "metrics notification object-lock ownershipControls policy policyStatus publicAccessBlock " +
  "replication requestPayment session tagging versioning versions website"
).split(" ");

/** What an object has besides its bytes, and is not served yet. */
const OF_OBJECTS = (
  "acl append attributes encryption legal-hold renameObject restore retention select tagging " +
  "torrent"
).split(" ");

/** Served, but not by every method nor on everything. */
const PARTLY = ["delete", "location", "uploads", "uploadId"];

const METHODS = ["GET", "HEAD", "PUT", "POST", "DELETE", "PATCH"];

/** How a parameter can stand in a query. */
const spellings = (name: string): readonly string[] => [
  name,
  `${name}=`,
  `${name}=1`,
  `prefix=a&${name}`,
  `${name}&x-id=PutObject`,
  `list-type=2&${name}`,
  `partNumber=1&${name}`,
  `%${name.charCodeAt(0).toString(16)}${name.slice(1)}`,
];

async function gatewayWithObject() {
  const gateway = memoryGateway();
  await gateway.store.createBucket("bucket");
  const put = await gateway.handler(
    new Request("http://localhost/bucket/k", { method: "PUT", body: "old" }),
  );
  assertEquals(put.status, 200);
  return gateway;
}

/** Sends a request and returns its status and code. */
async function ask(
  { handler }: Awaited<ReturnType<typeof gatewayWithObject>>,
  method: string,
  target: string,
  headers: HeadersInit = {},
): Promise<readonly [status: number, code: string]> {
  const init = method === "PUT" || method === "POST" ? { method, body: "<x/>" } : { method };
  const response = await handler(new Request(`http://localhost${target}`, { ...init, headers }));
  const body = await response.text();
  if (response.status === 405) assert(response.headers.has("allow"), target);
  return [response.status, /<Code>(\w+)</.exec(body)?.[1] ?? ""];
}

Deno.test("no sub-resource that is not served does anything, by any method, however it is spelled", async () => {
  const gateway = await gatewayWithObject();
  const before = gateway.store.calls.length;
  const names = [...new Set([...OF_BUCKETS, ...OF_OBJECTS])];
  for (const path of ["/bucket", "/bucket/", "/bucket/k", "/"]) {
    for (const name of names) {
      for (const query of spellings(name)) {
        for (const method of METHODS) {
          const [status, code] = await ask(gateway, method, `${path}?${query}`);
          const asked = `${method} ${path}?${query}`;
          assert(status === 501 || status === 405, `${asked}: ${status} ${code}`);
          const named = ["NotImplemented", "MethodNotAllowed"].includes(code);
          assert(method === "HEAD" || named, `${asked}: ${code}`);
        }
      }
    }
  }
  assertEquals(gateway.store.calls.slice(before), []);
});

Deno.test("what is served by one method or on one thing does nothing by others or elsewhere", async () => {
  const gateway = await gatewayWithObject();
  const served = new Set([
    "GET /bucket?uploads",
    "GET /bucket?location",
    "POST /bucket?delete",
    "POST /bucket/k?uploads",
    "GET /bucket/k?uploadId",
    "PUT /bucket/k?uploadId",
    "POST /bucket/k?uploadId",
    "DELETE /bucket/k?uploadId",
  ]);
  const before = gateway.store.calls.length;
  for (const path of ["/bucket", "/bucket/k", "/"]) {
    for (const name of PARTLY) {
      for (const method of METHODS) {
        const asked = `${method} ${path}?${name}`;
        if (served.has(asked)) continue;
        const [status] = await ask(gateway, method, `${path}?${name}`);
        assert(status === 501 || status === 405, `${asked}: ${status}`);
      }
    }
  }
  assertEquals(gateway.store.calls.slice(before), []);
});

Deno.test("a copy into a part is not taken for an upload of a part, or for a copy", async () => {
  const gateway = await gatewayWithObject();
  const before = gateway.store.calls.length;
  const copy = { "x-amz-copy-source": "bucket/k" };
  for (const query of ["partNumber=1&uploadId=u", "uploadId=u", "uploadId&partNumber=1"]) {
    assertEquals(await ask(gateway, "PUT", `/bucket/new?${query}`, copy), [501, "NotImplemented"]);
  }
  assertEquals((await ask(gateway, "PUT", "/bucket/new?partNumber=1", copy))[0], 405);
  assertEquals((await ask(gateway, "PUT", "/bucket/new?partNumber=1"))[0], 405);
  assertEquals(gateway.store.calls.slice(before), []);
});

Deno.test("headers that ask for what is not kept are refused and nothing is written", async () => {
  const gateway = await gatewayWithObject();
  const before = gateway.store.calls.length;
  const headers: readonly [name: string, value: string, status: number][] = [
    ["x-amz-tagging", "a=b", 501],
    ["x-amz-server-side-encryption", "aws:kms", 501],
    ["x-amz-server-side-encryption-customer-algorithm", "AES256", 501],
    ["x-amz-write-offset-bytes", "3", 501],
    ["x-amz-object-lock-mode", "GOVERNANCE", 400],
    ["x-amz-grant-read", "id=x", 501],
    ["x-amz-website-redirect-location", "/x", 501],
    ["x-amz-acl", "nonsense", 400],
    ["x-amz-storage-class", "nonsense", 400],
    ["x-amz-checksum-sha512", "AAAA", 501],
  ];
  for (const [name, value, status] of headers) {
    const [got] = await ask(gateway, "PUT", "/bucket/new", { [name]: value });
    assertEquals(got, status, name);
  }
  assertEquals(gateway.store.calls.slice(before), []);
});
