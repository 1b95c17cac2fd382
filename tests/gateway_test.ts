import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { StoreError } from "../lib/errors/store_error.ts";
import { memoryGateway } from "./support/memory_gateway.ts";
import { MemoryStore } from "./support/memory_store.ts";

const CREDENTIAL = { accessKeyId: "TESTKEY", secretAccessKey: "test-secret" };
const PART = 5 * 1024 * 1024;

/** A gateway on a port of its own, and a client that signs for it. */
function start(store?: MemoryStore) {
  const gateway = memoryGateway(CREDENTIAL, store);
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, automaticCompression: false, onListen() {} },
    gateway.handler,
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  const client = new S3Client({
    endpoint: url,
    region: "us-east-1",
    credentials: CREDENTIAL,
    forcePathStyle: true,
    maxAttempts: 1,
  });
  return {
    ...gateway,
    url,
    client,
    port: server.addr.port,
    async [Symbol.asyncDispose]() {
      client.destroy();
      await server.shutdown();
    },
  };
}

async function serviceError(promise: Promise<unknown>): Promise<S3ServiceException> {
  return await assertRejects(() => promise, S3ServiceException);
}

Deno.test("the AWS SDK makes, finds, lists and deletes buckets", async () => {
  await using gateway = start();
  const { client } = gateway;
  assertEquals((await client.send(new CreateBucketCommand({ Bucket: "one" }))).Location, "/one");
  await client.send(
    new CreateBucketCommand({
      Bucket: "two",
      CreateBucketConfiguration: { LocationConstraint: "eu-west-1" },
    }),
  );
  const { Buckets, Owner } = await client.send(new ListBucketsCommand({}));
  assertEquals(Buckets?.map(({ Name }) => Name), ["one", "two"]);
  assert(Buckets?.[0]?.CreationDate instanceof Date);
  assertEquals(Owner?.ID, "owner-id");
  const head = await client.send(new HeadBucketCommand({ Bucket: "one" }));
  assertEquals(head.BucketRegion, "us-east-1");
  const location = await client.send(new GetBucketLocationCommand({ Bucket: "one" }));
  assertEquals(location.LocationConstraint, undefined);
  await client.send(new PutObjectCommand({ Bucket: "two", Key: "k", Body: "x" }));
  const full = await serviceError(client.send(new DeleteBucketCommand({ Bucket: "two" })));
  assertEquals([full.name, full.$metadata.httpStatusCode], ["BucketNotEmpty", 409]);
  await client.send(new DeleteBucketCommand({ Bucket: "one" }));
  const gone = await serviceError(client.send(new DeleteBucketCommand({ Bucket: "one" })));
  assertEquals(gone.name, "NoSuchBucket");
  const bad = await serviceError(client.send(new CreateBucketCommand({ Bucket: "Bad_Name" })));
  assertEquals(bad.name, "InvalidBucketName");
});

Deno.test("the AWS SDK writes and reads objects, ranges and conditions", async () => {
  await using gateway = start();
  const { client } = gateway;
  await client.send(new CreateBucketCommand({ Bucket: "bucket" }));
  const at = { Bucket: "bucket", Key: "dir/ü +&?.txt" };
  const put = await client.send(
    new PutObjectCommand({ ...at, Body: "hello world", ContentType: "text/x-test" }),
  );
  assertMatch(put.ETag ?? "", /^"[0-9a-f]{32}-1"$/);
  assertEquals(put.ChecksumType, "FULL_OBJECT");
  assert(put.ChecksumCRC32 !== undefined);

  const got = await client.send(new GetObjectCommand(at));
  assertEquals(await got.Body?.transformToString(), "hello world");
  assertEquals([got.ContentType, got.ContentLength, got.ETag], ["text/x-test", 11, put.ETag]);
  assertEquals(got.AcceptRanges, "bytes");

  const part = await client.send(new GetObjectCommand({ ...at, Range: "bytes=-5" }));
  assertEquals(await part.Body?.transformToString(), "world");
  assertEquals([part.$metadata.httpStatusCode, part.ContentRange], [206, "bytes 6-10/11"]);
  const beyond = await serviceError(
    client.send(new GetObjectCommand({ ...at, Range: "bytes=11-" })),
  );
  assertEquals([beyond.name, beyond.$metadata.httpStatusCode], ["InvalidRange", 416]);

  const head = await client.send(new HeadObjectCommand(at));
  assertEquals([head.ContentLength, head.ETag], [11, put.ETag]);
  assertEquals(head.LastModified, got.LastModified);
  const unmodified = await serviceError(
    client.send(new GetObjectCommand({ ...at, IfNoneMatch: put.ETag ?? "" })),
  );
  assertEquals(unmodified.$metadata.httpStatusCode, 304);
  const taken = await serviceError(
    client.send(new PutObjectCommand({ ...at, Body: "x", IfNoneMatch: "*" })),
  );
  assertEquals([taken.name, taken.$metadata.httpStatusCode], ["PreconditionFailed", 412]);

  const copy = await client.send(
    new CopyObjectCommand({
      Bucket: "bucket",
      Key: "copy",
      CopySource: `bucket/${encodeURIComponent(at.Key)}`,
    }),
  );
  assertEquals(copy.CopyObjectResult?.ETag, put.ETag);
  await client.send(new DeleteObjectCommand(at));
  const gone = await serviceError(client.send(new GetObjectCommand(at)));
  assertEquals([gone.name, gone.$metadata.httpStatusCode], ["NoSuchKey", 404]);
  const headGone = await serviceError(client.send(new HeadObjectCommand(at)));
  assertEquals(headGone.$metadata.httpStatusCode, 404);
});

Deno.test("the AWS SDK sends a stream as unsigned chunks with a trailer", async () => {
  await using gateway = start();
  const { client } = gateway;
  await client.send(new CreateBucketCommand({ Bucket: "bucket" }));
  const bytes = crypto.getRandomValues(new Uint8Array(50_000));
  const put = await client.send(
    new PutObjectCommand({
      Bucket: "bucket",
      Key: "streamed",
      Body: Readable.from([bytes.subarray(0, 7), bytes.subarray(7)]),
      ContentLength: bytes.length,
    }),
  );
  assert(put.ChecksumCRC32 !== undefined);
  const got = await client.send(new GetObjectCommand({ Bucket: "bucket", Key: "streamed" }));
  assertEquals(await got.Body?.transformToByteArray(), bytes);
});

Deno.test("the AWS SDK lists in both versions, page by page", async () => {
  await using gateway = start();
  const { client } = gateway;
  await client.send(new CreateBucketCommand({ Bucket: "bucket" }));
  const keys = ["a/1", "a/2", "b <&>\u{1F600}", "b\uFFFD", "c/1", "d"];
  for (const Key of keys) {
    await client.send(new PutObjectCommand({ Bucket: "bucket", Key, Body: Key }));
  }
  const all = await client.send(new ListObjectsV2Command({ Bucket: "bucket", FetchOwner: true }));
  assertEquals(all.Contents?.map(({ Key }) => Key), keys);
  assertEquals([all.KeyCount, all.MaxKeys, all.IsTruncated], [6, 1000, false]);
  assertEquals(all.Contents?.[0]?.Owner?.DisplayName, "owner");

  const seen: (string | undefined)[] = [];
  let token: string | undefined;
  do {
    const page = await client.send(
      new ListObjectsV2Command({
        Bucket: "bucket",
        Delimiter: "/",
        MaxKeys: 2,
        ...(token !== undefined && { ContinuationToken: token }),
      }),
    );
    seen.push(...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix));
    seen.push(...(page.Contents ?? []).map(({ Key }) => Key));
    token = page.NextContinuationToken;
  } while (token !== undefined);
  assertEquals(seen.sort(), ["a/", "b <&>\u{1F600}", "b\uFFFD", "c/", "d"].sort());

  const v1 = await client.send(
    new ListObjectsCommand({ Bucket: "bucket", Marker: "a/", Delimiter: "/", MaxKeys: 1 }),
  );
  assertEquals(v1.Contents?.map(({ Key }) => Key), [keys[2]]);
  assertEquals([v1.Marker, v1.NextMarker, v1.IsTruncated], ["a/", keys[2], true]);
  const none = await client.send(new ListObjectsV2Command({ Bucket: "bucket", MaxKeys: 0 }));
  assertEquals([none.KeyCount, none.IsTruncated], [0, false]);

  const deleted = await client.send(
    new DeleteObjectsCommand({
      Bucket: "bucket",
      Delete: { Objects: [...keys, "never there"].map((Key) => ({ Key })) },
    }),
  );
  assertEquals(deleted.Deleted?.map(({ Key }) => Key), [...keys, "never there"]);
  assertEquals((await client.send(new ListObjectsV2Command({ Bucket: "bucket" }))).KeyCount, 0);
});

Deno.test("the AWS SDK uploads in parts", async () => {
  await using gateway = start();
  const { client } = gateway;
  await client.send(new CreateBucketCommand({ Bucket: "bucket" }));
  const at = { Bucket: "bucket", Key: "in parts" };
  const { UploadId } = await client.send(
    new CreateMultipartUploadCommand({ ...at, ContentType: "text/parts" }),
  );
  const upload = { ...at, UploadId };
  const first = await client.send(
    new UploadPartCommand({ ...upload, PartNumber: 1, Body: new Uint8Array(PART).fill(1) }),
  );
  const md5 = createHash("md5").update(new Uint8Array(PART).fill(1)).digest("hex");
  assertEquals(first.ETag, `"${md5}"`);
  const second = await client.send(
    new UploadPartCommand({ ...upload, PartNumber: 2, Body: "tail" }),
  );
  assertEquals(second.ETag, '"7aea2552dfe7eb84b9443b6fc9ba6e01"');
  const uploads = await client.send(new ListMultipartUploadsCommand({ Bucket: "bucket" }));
  assertEquals(uploads.Uploads?.map(({ Key }) => Key), ["in parts"]);
  const listed = await client.send(new ListPartsCommand(upload));
  assertEquals(listed.Parts?.map(({ Size }) => Size), [PART, 4]);
  assertEquals(listed.Parts?.[1]?.ChecksumCRC32, second.ChecksumCRC32);
  const complete = () =>
    client.send(
      new CompleteMultipartUploadCommand({
        ...upload,
        MultipartUpload: {
          Parts: [{ PartNumber: 1, ETag: first.ETag }, { PartNumber: 2, ETag: second.ETag }],
        },
      }),
    );
  const done = await complete();
  assertEquals(done.Location, `${gateway.url}/bucket/in%20parts`);
  assertEquals((await complete()).ETag, done.ETag);
  const got = await client.send(new GetObjectCommand(at));
  assertEquals((await got.Body?.transformToByteArray())?.length, PART + 4);
  assertEquals([got.ContentType, got.ETag], ["text/parts", done.ETag]);

  const other = await client.send(new CreateMultipartUploadCommand(at));
  await client.send(new AbortMultipartUploadCommand({ ...at, UploadId: other.UploadId }));
  const gone = await serviceError(
    client.send(new ListPartsCommand({ ...at, UploadId: other.UploadId })),
  );
  assertEquals(gone.name, "NoSuchUpload");
});

Deno.test("presigned URLs read and write, and hoisted checksums are not enforced", async () => {
  await using gateway = start();
  const { client } = gateway;
  await client.send(new CreateBucketCommand({ Bucket: "bucket" }));
  const at = { Bucket: "bucket", Key: "presigned" };
  const putUrl = await getSignedUrl(client, new PutObjectCommand(at));
  assertStringIncludes(putUrl, "x-amz-checksum-crc32=AAAAAA");
  const put = await fetch(putUrl, { method: "PUT", body: "from a browser" });
  assertEquals([put.status, await put.text()], [200, ""]);
  const getUrl = await getSignedUrl(
    client,
    new GetObjectCommand({ ...at, ResponseContentDisposition: 'attachment; filename="ü"' }),
  );
  const got = await fetch(getUrl);
  assertEquals(await got.text(), "from a browser");
  assertEquals(got.headers.get("content-disposition"), 'attachment; filename="\xc3\xbc"');
  const copyUrl = await getSignedUrl(
    client,
    new CopyObjectCommand({ ...at, Key: "copied", CopySource: "bucket/presigned" }),
  );
  const copied = await fetch(copyUrl, { method: "PUT" });
  assertEquals([copied.status, (await copied.text()).includes("CopyObjectResult")], [200, true]);
});

Deno.test("every answer has an id, a date and no place in a cache; errors have a document", async () => {
  await using gateway = start();
  const response = await fetch(`${gateway.url}/bucket/key`);
  const body = await response.text();
  assertEquals(response.status, 403);
  assertEquals(response.headers.get("content-type"), "application/xml");
  assertEquals(
    Number(response.headers.get("content-length")),
    new TextEncoder().encode(body).length,
  );
  const id = response.headers.get("x-amz-request-id") ?? "";
  assertMatch(id, /^[0-9A-F]{16}$/);
  assertStringIncludes(body, `<RequestId>${id}</RequestId>`);
  assertStringIncludes(body, "<Code>AccessDenied</Code>");
  assertStringIncludes(body, "<Resource>/bucket/key</Resource>");
  assert(Math.abs(Date.parse(response.headers.get("date") ?? "") - Date.now()) < 10_000);
  assert(response.headers.has("x-amz-id-2"));
  assertEquals(response.headers.get("deno-cdn-cache-control"), "no-store");
  assertEquals(gateway.store.calls, []);
  assertEquals(
    gateway.lines.map(({ level, status, code, bucket }) => [level, status, code, bucket]),
    [
      ["info", 403, "AccessDenied", "bucket"],
    ],
  );
});

Deno.test("what browsers ask of any host is not found, before authentication and without a call", async () => {
  const { handler, store } = memoryGateway(CREDENTIAL);
  for (const path of ["favicon.ico", "robots.txt", "sitemap.xml", ".well-known/acme-challenge/x"]) {
    const response = await handler(new Request(`http://localhost/${path}`));
    assertEquals(response.status, 404);
    assertStringIncludes(await response.text(), "<Code>NoSuchBucket</Code>");
  }
  assertEquals(store.calls, []);
});

Deno.test("sub-resources that are not served touch nothing", async () => {
  const { handler, store } = memoryGateway();
  await store.createBucket("bucket");
  const before = store.calls.length;
  // Of those that S3 has, a bucket that is missing would be said first.
  const requests: [string, string, number][] = [
    ["PUT", "/bucket?lifecycle", 501],
    ["PUT", "/bucket?policy", 501],
    ["GET", "/bucket?events", 501],
    ["GET", "/bucket/k?torrent", 501],
    ["POST", "/bucket/k?restore", 501],
    ["DELETE", "/bucket/k?cors", 501],
    ["PUT", "/bucket?website=", 501],
    ["DELETE", "/bucket?uploads", 405],
    ["DELETE", "/bucket?location", 405],
    ["PUT", "/bucket/k?partNumber=1", 405],
    ["POST", "/bucket/k", 405],
    ["PATCH", "/bucket/k", 405],
    ["OPTIONS", "/bucket/k", 400],
  ];
  for (const [method, path, status] of requests) {
    const response = await handler(
      new Request(`http://localhost${path}`, { method, ...(method === "PUT" && { body: "x" }) }),
    );
    assertEquals(response.status, status, `${method} ${path}`);
    assertEquals(response.headers.has("allow"), status === 405);
    await response.body?.cancel();
  }
  assertEquals(new Set(store.calls.slice(before)), new Set(["statBucket bucket"]));
});

Deno.test("a preflight is answered unsigned, and without CORS rules never allowed", async () => {
  const { handler, store } = memoryGateway(CREDENTIAL);
  const ask = async (headers: HeadersInit) => {
    const request = new Request("http://localhost/bucket/k?cors", { method: "OPTIONS", headers });
    const response = await handler(request);
    assertEquals(response.headers.has("access-control-allow-origin"), false);
    return [response.status, /<Code>(\w+)</.exec(await response.text())?.[1]];
  };
  const origin = "https://example.org";
  assertEquals(await ask({}), [400, "BadRequest"]);
  assertEquals(await ask({ origin }), [400, "BadRequest"]);
  const asked = { origin, "access-control-request-method": "PUT" };
  assertEquals(store.calls, []);
  assertEquals(await ask(asked), [403, "AccessForbidden"]);
  assertEquals(store.calls, ["bucketSettings bucket"]);
});

Deno.test("scripts of other origins see why a key cannot be", async () => {
  const { handler, store } = memoryGateway();
  await store.createBucket("bucket");
  const rule = { allowedOrigins: ["*"], allowedMethods: ["GET"], allowedHeaders: [] };
  await store.updateBucketSettings("bucket", () => ({ cors: [{ ...rule, exposeHeaders: [] }] }));
  for (const [key, code] of [["k".repeat(1025), "KeyTooLongError"], ["%ff", "InvalidURI"]]) {
    const headers = { origin: "https://example.org" };
    const response = await handler(new Request(`http://localhost/bucket/${key}`, { headers }));
    const body = await response.text();
    assertStringIncludes(body, `<Code>${code}</Code>`);
    assertStringIncludes(body, "<Resource>/bucket</Resource>");
    assertEquals(response.headers.get("access-control-allow-origin"), "*");
  }
});

Deno.test("a request that is refused is told of CORS rules that are known, and costs no look at them", async () => {
  const { handler, store } = memoryGateway(CREDENTIAL);
  await store.createBucket("bucket");
  const ask = async (method: string, headers: HeadersInit) => {
    const response = await handler(new Request("http://localhost/bucket/k", { method, headers }));
    await response.body?.cancel();
    return [response.status, response.headers.get("access-control-allow-origin")];
  };
  const headers = { origin: "https://example.org", authorization: "AWS x:y" };
  assertEquals(await ask("GET", headers), [403, null]);
  await store.updateBucketSettings("bucket", () => ({
    cors: [{
      allowedOrigins: ["https://example.org"],
      allowedMethods: ["GET"],
      allowedHeaders: [],
      exposeHeaders: [],
    }],
  }));
  const before = store.calls.length;
  assertEquals(await ask("GET", headers), [403, "https://example.org"]);
  assertEquals(await ask("GET", { origin: "https://example.org" }), [403, "https://example.org"]);
  assertEquals(await ask("PUT", headers), [403, null]);
  assertEquals(store.calls.slice(before), []);
});

Deno.test("a body that an operation has no use for is held to what was signed of it", async () => {
  const { handler, store } = memoryGateway();
  await store.createBucket("bucket");
  const hash = createHash("sha256").update("body").digest("hex");
  const empty = createHash("sha256").digest("hex");
  const ask = async (method: string, body: string, sha256: string, more: HeadersInit = {}) => {
    const headers = new Headers(more);
    headers.set("x-amz-content-sha256", sha256);
    headers.set("content-length", String(body.length));
    const response = await handler(
      new Request("http://localhost/bucket/k?uploads", { method, headers, body }),
    );
    return [response.status, /<Code>(\w+)</.exec(await response.text())?.[1]];
  };
  assertEquals(await ask("POST", "body", hash), [200, undefined]);
  assertEquals(await ask("POST", "", empty), [200, undefined]);
  assertEquals(await ask("POST", "body", "UNSIGNED-PAYLOAD"), [200, undefined]);
  const before = store.calls.length;
  assertEquals(await ask("POST", "body", empty), [400, "XAmzContentSHA256Mismatch"]);
  assertEquals(await ask("POST", "other", hash), [400, "XAmzContentSHA256Mismatch"]);
  const framed = { "x-amz-decoded-content-length": "4" };
  const form = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
  assertEquals(await ask("POST", "4\r\nbody\r\n0\r\n\r\n", form, framed), [200, undefined]);
  const large = "x".repeat(2 * 1024 * 1024);
  const largeHash = createHash("sha256").update(large).digest("hex");
  assertEquals((await ask("POST", large, largeHash))[1], "MaxMessageLengthExceeded");
  assertEquals(store.calls.slice(before).filter((call) => !call.startsWith("statBucket")), []);
});

Deno.test("a missing bucket outranks whatever else is wrong with a request", async () => {
  const { handler } = memoryGateway();
  const requests: [target: string, init: RequestInit][] = [
    ["?max-keys=x", {}],
    ["?delete", { method: "POST", body: "<no xml" }],
    ["/k?versionId=x", {}],
    ["/k?response-expires=x", {}],
    ["/k", { headers: { "x-amz-expected-bucket-owner": "another" } }],
    ["?policy", { headers: { "x-amz-expected-bucket-owner": "another" } }],
    ["/k", { method: "PUT", headers: { "x-amz-storage-class": "FLOPPY" }, body: "x" }],
    ["/k", { method: "PUT", headers: { "x-amz-server-side-encryption": "aws:kms" }, body: "x" }],
  ];
  for (const [target, init] of requests) {
    const response = await handler(new Request(`http://localhost/missing${target}`, init));
    assertEquals(response.status, 404, target);
    assertStringIncludes(await response.text(), "<BucketName>missing</BucketName>");
  }
});

Deno.test("who takes a bucket for somebody else's is refused, whatever is asked", async () => {
  const { handler, store } = memoryGateway();
  await store.createBucket("bucket");
  await store.createBucket("gone");
  const owner = "x-amz-expected-bucket-owner";
  const send = async (method: string, target: string, headers: HeadersInit) =>
    (await handler(new Request(`http://localhost${target}`, { method, headers }))).status;
  const requests = [
    ["GET", "/bucket"],
    ["GET", "/bucket?policy"],
    ["PUT", "/bucket/k"],
    ["GET", "/bucket/k"],
    ["DELETE", "/bucket/k"],
    ["DELETE", "/gone"],
  ] as const;
  for (const [method, target] of requests) {
    assertEquals(await send(method, target, { [owner]: "another" }), 403, `${method} ${target}`);
  }
  const source = { "x-amz-copy-source": "bucket/k", "x-amz-source-expected-bucket-owner": "x" };
  assertEquals(await send("PUT", "/bucket/copy", source), 403);
  assertEquals(await send("DELETE", "/gone", { [owner]: "owner-id" }), 204);
  // There is no bucket yet that could be somebody's.
  assertEquals(await send("PUT", "/new", { [owner]: "another" }), 200);
});

Deno.test("HEAD answers have the object's length and errors no body", async () => {
  const { handler, store } = memoryGateway();
  await store.createBucket("bucket");
  await handler(
    new Request("http://localhost/bucket/k", {
      method: "PUT",
      body: new TextEncoder().encode("12345"),
    }),
  );
  const head = await handler(new Request("http://localhost/bucket/k", { method: "HEAD" }));
  assertEquals([head.headers.get("content-length"), head.body], ["5", null]);
  assertEquals(head.headers.get("content-type"), "binary/octet-stream");
  const missing = await handler(new Request("http://localhost/bucket/none", { method: "HEAD" }));
  assertEquals([missing.status, missing.body], [404, null]);
});

Deno.test("an unknown failure is an InternalError to the client and its causes go to the log", async () => {
  class BrokenStore extends MemoryStore {
    override listBuckets(): Promise<never> {
      return Promise.reject(new Error("the secret inner detail"));
    }
  }
  const { handler, lines } = memoryGateway(undefined, new BrokenStore());
  const response = await handler(new Request("http://localhost/"));
  const body = await response.text();
  assertEquals(response.status, 500);
  assertEquals(body.includes("secret inner detail"), false);
  const [line] = lines;
  assertEquals([line?.level, line?.status, line?.operation], ["error", 500, "ListBuckets"]);
  assert(line?.error instanceof Error && line.error.cause instanceof Error);
  assertEquals(line.error.cause.message, "the secret inner detail");
});

Deno.test("an overloaded store is 503 SlowDown with Retry-After", async () => {
  class BusyStore extends MemoryStore {
    override listBuckets(): Promise<never> {
      return Promise.reject(
        new StoreError("slow_down", "The quota is spent", { retryAfterSeconds: 7 }),
      );
    }
  }
  const { handler } = memoryGateway(undefined, new BusyStore());
  const response = await handler(new Request("http://localhost/"));
  assertEquals([response.status, response.headers.get("retry-after")], [503, "7"]);
  assertStringIncludes(await response.text(), "<Code>SlowDown</Code>");
});

Deno.test("a GET is logged when its body has ended, with its bytes, and when the client leaves", async () => {
  const { handler, store, lines } = memoryGateway(undefined, new MemoryStore({ pieceSize: 10 }));
  await store.createBucket("bucket");
  const url = "http://localhost/bucket/k";
  await handler(
    new Request(url, { method: "PUT", body: "x".repeat(25) }),
  );
  const whole = await handler(new Request(url));
  assertEquals(lines.length, 1);
  assertEquals((await whole.text()).length, 25);
  assertEquals([lines[1]?.bytesOut, lines[1]?.operation], [25, "GetObject"]);
  const left = await handler(new Request(url));
  const reader = left.body?.getReader();
  await reader?.read();
  await reader?.cancel();
  assertEquals([lines[2]?.bytesOut, lines[2]?.aborted], [10, true]);
});

/** A store whose bytes tear after some pieces. */
class TornStore extends MemoryStore {
  constructor(private readonly pieces: number) {
    super();
  }

  override read(): ReadableStream<Uint8Array> {
    let left = this.pieces;
    return new ReadableStream({
      pull(controller) {
        if (left-- > 0) controller.enqueue(new Uint8Array(1));
        else controller.error(new Error("the storage tore"));
      },
    }, { highWaterMark: 0 });
  }
}

Deno.test("a body that breaks after the status has been sent fails the transfer and is logged", async () => {
  const { handler, store, lines } = memoryGateway(undefined, new TornStore(1));
  await store.createBucket("bucket");
  const url = "http://localhost/bucket/k";
  await handler(new Request(url, { method: "PUT", body: "xy" }));
  const response = await handler(new Request(url));
  await assertRejects(() => response.text(), Error, "the storage tore");
  assertEquals([lines[1]?.level, lines[1]?.status], ["error", 200]);
});

Deno.test("a body that cannot be begun is an error with a status of its own", async () => {
  const { handler, store, lines } = memoryGateway(undefined, new TornStore(0));
  await store.createBucket("bucket");
  const url = "http://localhost/bucket/k";
  await handler(new Request(url, { method: "PUT", body: "xy" }));
  const response = await handler(new Request(url));
  assertEquals([response.status, (await response.text()).includes("InternalError")], [500, true]);
  assertEquals([lines[1]?.level, lines[1]?.status], ["error", 500]);
});

/** Sends text on one connection and reads until the server closes or `until` has been seen. */
async function converse(port: number, text: string, until: RegExp): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(new TextEncoder().encode(text));
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(64 * 1024);
  let received = "";
  while (!until.test(received)) {
    const count = await connection.read(buffer);
    if (count === null) break;
    received += decoder.decode(buffer.subarray(0, count), { stream: true });
  }
  return received;
}

Deno.test("an unread body is drained after an error and the connection goes on", async () => {
  await using gateway = start();
  const body = "x".repeat(100_000);
  const put = `PUT /bucket/k HTTP/1.1\r\nHost: h\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  const get = "GET /favicon.ico HTTP/1.1\r\nHost: h\r\n\r\n";
  const received = await converse(gateway.port, put + get, /NoSuchBucket[^]*<\/Error>/);
  assertMatch(received, /^HTTP\/1\.1 403 [^]*HTTP\/1\.1 404 /);
  assertEquals(/connection: close/i.test(received), false);
});

Deno.test("a body that does not come is not waited for: the connection is closed", async () => {
  await using gateway = start();
  const put = "PUT /bucket/k HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\n";
  const received = await converse(gateway.port, put, /<\/Error>/);
  assertMatch(received, /^HTTP\/1\.1 403 /);
  assertMatch(received, /connection: close/i);
});

Deno.test("a client that stops sending gets RequestTimeout, and nothing is stored", async () => {
  const { handler, store } = memoryGateway(undefined, undefined, { bodyIdleMs: 50 });
  await store.createBucket("bucket");
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, handler);
  const heads = {
    "a length": "Content-Length: 300000\r\n\r\n",
    "chunks": "Transfer-Encoding: chunked\r\n\r\n30d40\r\n",
    "aws-chunked": "Content-Length: 300000\r\nx-amz-decoded-content-length: 200000\r\n" +
      "x-amz-content-sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER\r\n\r\n30d40\r\n",
  };
  for (const [name, head] of Object.entries(heads)) {
    const begun = `PUT /bucket/k HTTP/1.1\r\nHost: h\r\n${head}${"x".repeat(100_000)}`;
    const received = await converse(server.addr.port, begun, /<\/Error>/);
    assertMatch(received, /^HTTP\/1\.1 400 [^]*<Code>RequestTimeout</, name);
    assertMatch(received, /connection: close/i, name);
  }
  assertEquals(await store.stat("bucket", ["k"]), [undefined]);
});

Deno.test("a client that sends slowly is not taken for one that has stopped", async () => {
  const { handler, store } = memoryGateway(undefined, undefined, { bodyIdleMs: 1000 });
  await store.createBucket("bucket");
  let left = 15;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (left-- === 0) return controller.close();
      await new Promise((resolve) => setTimeout(resolve, 100));
      controller.enqueue(new Uint8Array(40_000));
    },
  });
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, handler);
  const url = `http://127.0.0.1:${server.addr.port}/bucket/k`;
  const response = await fetch(url, { method: "PUT", body });
  await response.body?.cancel();
  assertEquals(response.status, 200);
  assertEquals((await store.stat("bucket", ["k"]))[0]?.content.size, 600_000);
});

Deno.test("keys are what was sent: dots, double slashes and escapes survive", async () => {
  const { handler, store } = memoryGateway();
  await store.createBucket("bucket");
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, handler);
  const put = (path: string) =>
    converse(
      server.addr.port,
      `PUT ${path} HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx`,
      /\r\n\r\n/,
    );
  assertMatch(await put("/bucket/a/../b%2Fc+d"), /^HTTP\/1\.1 200 /);
  assertMatch(await put("/bucket//double"), /^HTTP\/1\.1 200 /);
  assertMatch(await put("/bucket/x//y"), /^HTTP\/1\.1 400 /);
  assertMatch(await put("/bucket/%zz"), /^HTTP\/1\.1 400 /);
  const [plus, double] = await store.stat("bucket", ["a/../b/c+d", "/double"]);
  assertEquals([plus?.key, double?.key], ["a/../b/c+d", "/double"]);
});

Deno.test("a PUT without a length and without a body is refused, and with a body taken", async () => {
  const { handler, store } = memoryGateway();
  await store.createBucket("bucket");
  const url = "http://localhost/bucket/k";
  const empty = await handler(new Request(url, { method: "PUT" }));
  assertEquals(empty.status, 411);
  assertEquals(await store.stat("bucket", ["k"]), [undefined]);
  const some = await handler(new Request(url, { method: "PUT", body: "x" }));
  assertEquals(some.status, 200);
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, handler);
  const put = (length: string) =>
    converse(
      server.addr.port,
      `PUT /bucket/zero HTTP/1.1\r\nHost: h\r\n${length}Connection: close\r\n\r\n`,
      /\r\n\r\n/,
    );
  assertMatch(await put("Content-Length: 0\r\n"), /^HTTP\/1\.1 200 /);
  assertMatch(await put(""), /^HTTP\/1\.1 411 /);
});
