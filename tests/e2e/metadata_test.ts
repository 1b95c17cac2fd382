import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { assertEquals, assertRejects } from "@std/assert";
import { createGateway } from "../../lib/create_gateway.ts";
import { RawConnection, type RawRequest } from "../support/raw_connection.ts";
import { CREDENTIAL, type RunningGateway, startGateway } from "../support/start_gateway.ts";
import { signHeaderV2, signHeaderV4 } from "../support/sign_requests.ts";
import { BUCKET, rawGateway, utf8 } from "./raw_gateway.ts";

const Bucket = "metadata";
/** The SDK keeps sockets alive beyond its own end, so these tests do not watch resources. */
const SDK = { sanitizeOps: false, sanitizeResources: false };

const clientOf = (endpoint: string): S3Client =>
  new S3Client({
    endpoint,
    region: "us-east-1",
    forcePathStyle: true,
    credentials: CREDENTIAL,
  });

async function withClient(
  work: (s3: S3Client, gateway: RunningGateway) => Promise<void>,
): Promise<void> {
  await using gateway = await startGateway();
  const s3 = clientOf(gateway.url);
  try {
    await s3.send(new CreateBucketCommand({ Bucket }));
    await work(s3, gateway);
  } finally {
    s3.destroy();
  }
}

const HEADERS = {
  ContentType: "text/plain",
  CacheControl: "max-age=60",
  ContentDisposition: 'attachment; filename="a.txt"',
  ContentEncoding: "identity",
  ContentLanguage: "de",
  Metadata: { key: "Value", empty: "" },
};
const REDIRECT = { WebsiteRedirectLocation: "/other" };
const NOTHING = {
  ContentType: "binary/octet-stream",
  CacheControl: undefined,
  ContentDisposition: undefined,
  ContentEncoding: undefined,
  ContentLanguage: undefined,
  WebsiteRedirectLocation: undefined,
  Metadata: {},
  TagCount: undefined,
};

async function described(s3: S3Client, Key: string) {
  const head = await s3.send(new HeadObjectCommand({ Bucket, Key }));
  const { ContentType, CacheControl, ContentDisposition, ContentEncoding } = head;
  const { ContentLanguage, WebsiteRedirectLocation, Metadata, TagCount } = head;
  return {
    ContentType,
    CacheControl,
    ContentDisposition,
    ContentEncoding,
    ContentLanguage,
    WebsiteRedirectLocation,
    Metadata,
    TagCount,
  };
}

Deno.test(
  "metadata survives PUT, copy, multipart, a restart and another gateway, and no overwrite",
  SDK,
  async () => {
    await withClient(async (s3, { hub }) => {
      const all = { ...HEADERS, ...REDIRECT, TagCount: 2 };
      const put = { ...HEADERS, ...REDIRECT, Bucket, Tagging: "a=1&b=x%20y" };
      await s3.send(new PutObjectCommand({ ...put, Key: "put", Body: "content" }));
      await s3.send(
        new CopyObjectCommand({ Bucket, Key: "copy", CopySource: `${Bucket}/put` }),
      );
      const { UploadId } = await s3.send(
        new CreateMultipartUploadCommand({ ...put, Key: "parts" }),
      );
      const of = { Bucket, Key: "parts", UploadId };
      const { ETag } = await s3.send(
        new UploadPartCommand({ ...of, PartNumber: 1, Body: "content" }),
      );
      await s3.send(
        new CompleteMultipartUploadCommand({
          ...of,
          MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] },
        }),
      );
      const other = createGateway({
        token: hub.token,
        endpoint: hub.url,
        credentials: [CREDENTIAL],
      });
      const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, other.handler);
      const second = clientOf(`http://127.0.0.1:${server.addr.port}`);
      for (const client of [s3, second]) {
        for (const key of ["put", "parts"]) assertEquals(await described(client, key), all);
        assertEquals(await described(client, "copy"), {
          ...all,
          WebsiteRedirectLocation: undefined,
        });
      }
      second.destroy();
      await server.shutdown();
      await other.close();

      await s3.send(new PutObjectCommand({ Bucket, Key: "put", Body: "content" }));
      const fresh = { ...NOTHING, ContentType: "application/octet-stream" };
      assertEquals(await described(s3, "put"), fresh);
      await s3.send(new DeleteObjectCommand({ Bucket, Key: "copy" }));
      await s3.send(new PutObjectCommand({ Bucket, Key: "copy", Body: "content" }));
      assertEquals(await described(s3, "copy"), fresh);
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
      assertEquals(Contents.map(({ Key }) => Key), ["copy", "parts", "put"]);
    });
  },
);

Deno.test("a copy to itself replaces metadata and tags, each by its directive", SDK, async () => {
  await withClient(async (s3) => {
    const Key = "key";
    const self = { Bucket, Key, CopySource: `${Bucket}/${Key}` };
    await s3.send(
      new PutObjectCommand({ ...HEADERS, Bucket, Key, Body: "content", Tagging: "a=1" }),
    );
    await s3.send(
      new CopyObjectCommand({ ...self, MetadataDirective: "REPLACE", Metadata: { new: "1" } }),
    );
    assertEquals(await described(s3, Key), { ...NOTHING, Metadata: { new: "1" }, TagCount: 1 });
    await s3.send(
      new CopyObjectCommand({ ...self, TaggingDirective: "REPLACE", Tagging: "b=1&c=2" }),
    );
    assertEquals(await described(s3, Key), { ...NOTHING, Metadata: { new: "1" }, TagCount: 2 });
    const nothing = await assertRejects(
      () => s3.send(new CopyObjectCommand(self)),
      S3ServiceException,
    );
    assertEquals(nothing.name, "InvalidRequest");
  });
});

Deno.test(
  "metadata hoisted into a presigned URL acts as headers; too much is refused",
  SDK,
  async () => {
    await withClient(async (s3) => {
      const Metadata = { "my_key": "naïve" };
      const command = new PutObjectCommand({ Bucket, Key: "key", Metadata, Tagging: "a=b" });
      const url = await getSignedUrl(s3, command, { expiresIn: 60 });
      const answer = await fetch(url, { method: "PUT", body: "content" });
      assertEquals([answer.status, await answer.text()], [200, ""]);
      const { TagCount } = await described(s3, "key");
      assertEquals(TagCount, 1);
      const get = await fetch(await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key: "key" })));
      await get.body?.cancel();
      const bytes = Uint8Array.from(
        get.headers.get("x-amz-meta-my_key") ?? "",
        (character) => character.charCodeAt(0),
      );
      assertEquals(new TextDecoder().decode(bytes), "naïve");
      const large = new PutObjectCommand({
        Bucket,
        Key: "large",
        Metadata: { a: "v".repeat(2048) },
      });
      const error = await assertRejects(() => s3.send(large), S3ServiceException);
      assertEquals(error.name, "MetadataTooLarge");
    });
  },
);

Deno.test("bytes of metadata come back as they were sent, UTF-8 or not, with a 304's headers", async () => {
  await using gateway = await startGateway({ credentials: [], allowAnonymous: true });
  const send = async (method: string, target: string, more: Partial<RawRequest> = {}) => {
    using connection = await RawConnection.open(gateway.url);
    return await connection.exchange({ method, target, headers: {}, ...more });
  };
  await send("PUT", `/${Bucket}`);
  const values = ["caf\xe9", "caf\xc3\xa9", "\xf0\x9f\x98\x80", "\xc3\xa0.", "a, b", '"q" \\'];
  const headers = Object.fromEntries(values.map((value, i) => [`x-amz-meta-v${i}`, value]));
  const more = { "cache-control": "no-cache", "expires": "never" };
  const put = await send("PUT", `/${Bucket}/k`, {
    headers: { ...headers, ...more },
    body: utf8("content"),
  });
  assertEquals(put.status, 200);
  const got = await send("GET", `/${Bucket}/k`);
  assertEquals(values.map((_, i) => got.headers.get(`x-amz-meta-v${i}`)), values);
  const unmodified = await send("GET", `/${Bucket}/k`, {
    headers: { "if-none-match": put.headers.get("etag") ?? "" },
  });
  assertEquals(unmodified.status, 304);
  const names = ["cache-control", "expires", "etag", "last-modified", "x-amz-meta-v0"];
  assertEquals(names.map((name) => unmodified.headers.get(name)), [
    "no-cache",
    "never",
    put.headers.get("etag"),
    got.headers.get("last-modified"),
    undefined,
  ]);
});

Deno.test("metadata in several lines is joined by a comma, as the signature says", async () => {
  await using raw = await rawGateway();
  const { connect, signer } = raw;
  // The last two are lines of one header.
  const headers = {
    "x-amz-meta-a": "1, 2",
    "x-amz-meta-b": "1,2",
    "x-amz-meta-c": "1, 2",
    "X-Amz-Meta-C": "3",
  };
  for (const sign of [signHeaderV4, signHeaderV2]) {
    using connection = await connect();
    const request = { method: "PUT", target: `/${BUCKET}/k`, headers, body: utf8("x") };
    assertEquals((await connection.exchange(sign(request, signer))).status, 200);
    const got = await raw.signed("GET", `/${BUCKET}/k`);
    const names = ["a", "b", "c"].map((name) => `x-amz-meta-${name}`);
    assertEquals(names.map((name) => got.headers.get(name)), ["1, 2", "1,2", "1, 2,3"]);
  }
});

Deno.test("the times of headers, listings and copies agree to the second", SDK, async () => {
  await withClient(async (s3) => {
    await s3.send(new PutObjectCommand({ Bucket, Key: "a", Body: "1" }));
    await s3.send(new PutObjectCommand({ Bucket, Key: "b", Body: "2", Metadata: { a: "b" } }));
    const copied = await s3.send(
      new CopyObjectCommand({ Bucket, Key: "c", CopySource: `${Bucket}/b` }),
    );
    const seconds = (time: Date | undefined) => Math.floor((time?.getTime() ?? 0) / 1000);
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
    assertEquals(Contents.length, 3);
    for (const { Key, LastModified } of Contents) {
      const head = await s3.send(new HeadObjectCommand({ Bucket, Key }));
      assertEquals(seconds(head.LastModified), seconds(LastModified), Key);
      if (Key === "c") {
        assertEquals(seconds(copied.CopyObjectResult?.LastModified), seconds(LastModified));
      }
    }
  });
});
