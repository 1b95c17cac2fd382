import { assert, assertEquals } from "@std/assert";
import { S3Error } from "../../lib/errors/s3_error.ts";
import { parseQuery } from "../../lib/http/query.ts";
import { parseTarget } from "../../lib/http/request_target.ts";
import { parseAddress } from "../../lib/s3/address.ts";
import { isServed } from "../../lib/s3/codecs.ts";
import { detectOperation } from "../../lib/s3/detect.ts";
import type { OperationName } from "../../lib/s3/operation_names.ts";
import { SUB_RESOURCES } from "../../lib/s3/routes.ts";
import { isStubbed, type Stub, STUBS } from "../../lib/s3/stubs.ts";
import { memoryGateway } from "../support/memory_gateway.ts";

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

/** The operation that the tables have for a request; undefined where they refuse it. */
function operationOf(method: string, target: string): OperationName | undefined {
  const { rawPath, rawQuery } = parseTarget(target);
  try {
    return detectOperation({
      method,
      address: parseAddress(rawPath),
      query: parseQuery(rawQuery),
      headers: new Headers(),
    });
  } catch (error) {
    assert(error instanceof S3Error);
    return undefined;
  }
}

Deno.test("no sub-resource that is not served does anything, by any method, however it is spelled", async () => {
  const gateway = await gatewayWithObject();
  let asked = 0;
  for (const path of ["/bucket", "/bucket/", "/bucket/k", "/"]) {
    for (const name of SUB_RESOURCES) {
      for (const query of spellings(name)) {
        for (const method of METHODS) {
          const target = `${path}?${query}`;
          const operation = operationOf(method, target);
          if (operation !== undefined && (isServed(operation) || isStubbed(operation))) continue;
          const before = gateway.store.calls.length;
          const [status, code] = await ask(gateway, method, target);
          const calls = operation === undefined ? [] : ["statBucket bucket"];
          assertEquals(gateway.store.calls.slice(before), calls, `${method} ${target}`);
          asked++;
          assert(status === 501 || status === 405, `${method} ${target}: ${status} ${code}`);
          const named = ["NotImplemented", "MethodNotAllowed"].includes(code);
          assert(method === "HEAD" || named, `${method} ${target}: ${code}`);
        }
      }
    }
  }
  assert(asked > 1000);
  for (const target of ["PUT /missing?lifecycle", "POST /missing/k?restore"]) {
    const [method = "", path = ""] = target.split(" ");
    assertEquals(await ask(gateway, method, path), [404, "NoSuchBucket"]);
  }
});

Deno.test("a fixed answer asks for the bucket and does nothing else", async () => {
  const gateway = await gatewayWithObject();
  for (
    const [path, name] of ["/bucket", "/bucket/k"].flatMap((p) => SUB_RESOURCES.map((n) => [p, n]))
  ) {
    for (const method of METHODS) {
      for (const query of [`${name}`, `${name}=&id=x`]) {
        const operation = operationOf(method, `${path}?${query}`);
        if (operation === undefined || !isStubbed(operation)) continue;
        const before = gateway.store.calls.length;
        const [status, code] = await ask(gateway, method, `${path}?${query}`);
        const stub: Stub = STUBS[operation];
        const expected = stub.kind === "document"
          ? 200
          : stub.kind === "nothing-to-delete"
          ? 204
          : undefined;
        assertEquals(code, stub.kind === "error" ? stub.code : "", operation);
        if (expected !== undefined) assertEquals(status, expected, operation);
        assertEquals(gateway.store.calls.slice(before), ["statBucket bucket"], operation);
        const missing = `${path}?${query}`.replace("bucket", "missing");
        assertEquals(await ask(gateway, method, missing), [404, "NoSuchBucket"], operation);
      }
    }
  }
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
  const copy = { "x-amz-copy-source": "bucket/k" };
  for (const query of ["partNumber=1&uploadId=u", "uploadId=u&partNumber=1"]) {
    assertEquals(await ask(gateway, "PUT", `/bucket/new?${query}`, copy), [404, "NoSuchUpload"]);
  }
  assertEquals((await ask(gateway, "PUT", "/bucket/new?partNumber=1", copy))[0], 405);
  assertEquals((await ask(gateway, "PUT", "/bucket/new?partNumber=1"))[0], 405);
  assertEquals(await gateway.store.stat("bucket", ["new"]), [undefined]);
});

Deno.test("headers that ask for what is not kept are refused and nothing is written", async () => {
  const gateway = await gatewayWithObject();
  const before = gateway.store.calls.length;
  const headers: readonly [name: string, value: string, status: number][] = [
    ["x-amz-tagging", "a=b&a=c", 400],
    ["x-amz-server-side-encryption", "aws:kms", 501],
    ["x-amz-server-side-encryption-customer-algorithm", "AES256", 501],
    ["x-amz-write-offset-bytes", "3", 501],
    ["x-amz-object-lock-mode", "GOVERNANCE", 400],
    ["x-amz-grant-read", "id=x", 400],
    ["x-amz-website-redirect-location", "x", 400],
    ["x-amz-acl", "nonsense", 400],
    ["x-amz-storage-class", "nonsense", 400],
    ["x-amz-checksum-sha512", "AAAA", 400],
  ];
  for (const [name, value, status] of headers) {
    const [got] = await ask(gateway, "PUT", "/bucket/new", { [name]: value });
    assertEquals(got, status, name);
  }
  // A bucket that is missing outranks tags that are wrong.
  const calls = gateway.store.calls.slice(before).filter((call) => call !== "statBucket bucket");
  assertEquals(calls, []);
});

Deno.test("a request that takes a bucket for somebody else's does nothing, whatever it asks", async () => {
  const gateway = await gatewayWithObject();
  const before = gateway.store.calls.length;
  const bucket = { "x-amz-expected-bucket-owner": "123456789012" };
  const source = {
    "x-amz-copy-source": "bucket/k",
    "x-amz-source-expected-bucket-owner": "123456789012",
  };
  const asked: readonly [method: string, target: string, headers: HeadersInit][] = [
    ["DELETE", "/bucket", bucket],
    ["GET", "/bucket", bucket],
    ["GET", "/bucket?versioning", bucket],
    ["PUT", "/bucket?tagging", bucket],
    ["GET", "/bucket/k", bucket],
    ["PUT", "/bucket/k", bucket],
    ["DELETE", "/bucket/k", bucket],
    ["PUT", "/bucket/new", source],
  ];
  for (const [method, target, headers] of asked) {
    assertEquals(await ask(gateway, method, target, headers), [403, "AccessDenied"], target);
  }
  assertEquals(await ask(gateway, "DELETE", "/missing", bucket), [404, "NoSuchBucket"]);
  const calls = gateway.store.calls.slice(before);
  assertEquals(calls.filter((call) => !call.startsWith("statBucket")), []);
  const owner = { "x-amz-expected-bucket-owner": "owner-id" };
  assertEquals(await ask(gateway, "DELETE", "/bucket/k", owner), [204, ""]);
});
