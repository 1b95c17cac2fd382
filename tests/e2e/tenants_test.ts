/**
 * Several key pairs on one gateway, with Hub tokens of their own or limits, through the real SDK.
 *
 * @module
 */

import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
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
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import type { AccessCredential } from "../../lib/access/access_credential.ts";
import { randomBytes } from "../support/random_bytes.ts";
import { encodedPolicy, signFormV4 } from "../support/sign_forms.ts";
import { type InnerGateway, OTHER_USER, startInnerGateway } from "../support/start_gateway.ts";

/** The SDK keeps sockets alive beyond its own end, so these tests do not watch resources. */
const SDK = { sanitizeOps: false, sanitizeResources: false };
const Bucket = "data";

const pair = (accessKeyId: string, rights: Partial<AccessCredential> = {}): AccessCredential => ({
  accessKeyId,
  secretAccessKey: `${accessKeyId}-secret`,
  ...rights,
});

const OWNER = pair("OWNER");
const OTHER = pair("OTHER", { hubToken: OTHER_USER.token });

/** A gateway for some pairs; makes a client for each. */
class Site implements AsyncDisposable {
  readonly gateway: InnerGateway;
  readonly #clients: S3Client[] = [];

  constructor(gateway: InnerGateway) {
    this.gateway = gateway;
  }

  static async open(...credentials: readonly AccessCredential[]): Promise<Site> {
    return new Site(await startInnerGateway({ credentials }));
  }

  client({ accessKeyId, secretAccessKey }: AccessCredential): S3Client {
    const client = new S3Client({
      endpoint: this.gateway.url,
      region: "us-east-1",
      forcePathStyle: true,
      maxAttempts: 1,
      credentials: { accessKeyId, secretAccessKey },
    });
    this.#clients.push(client);
    return client;
  }

  async [Symbol.asyncDispose]() {
    for (const client of this.#clients) client.destroy();
    await this.gateway[Symbol.asyncDispose]();
  }
}

/** The name of the error that a call ends with. */
async function errorOf(call: Promise<unknown>): Promise<string> {
  const { name, message } = await assertRejects(() => call, S3ServiceException);
  // HEAD has no document: the SDK makes names of the status.
  return name === "Unknown" || name === "UnknownError" ? message : name;
}

/** A form for a key, signed by a pair. */
function signedForm({ accessKeyId, secretAccessKey }: AccessCredential, key: string): FormData {
  const now = new Date();
  const policy = encodedPolicy({
    expiration: new Date(now.getTime() + 60_000).toISOString(),
    conditions: [{ bucket: Bucket }, { key }],
  });
  const form = new FormData();
  form.append("key", key);
  const signer = { accessKeyId, secretAccessKey, host: "", now };
  for (const [name, value] of Object.entries(signFormV4(policy, signer))) form.append(name, value);
  form.append("file", new Blob(["by a form"]));
  return form;
}

const put = (s3: S3Client, Key: string, Body: string | Uint8Array = Key) =>
  s3.send(new PutObjectCommand({ Bucket, Key, Body }));
const textOf = async (s3: S3Client, Key: string) =>
  await (await s3.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString();

async function names(s3: S3Client): Promise<readonly (string | undefined)[]> {
  return ((await s3.send(new ListBucketsCommand({}))).Buckets ?? []).map(({ Name }) => Name);
}

Deno.test({
  name: "two users of the Hub have each their own buckets, objects and owners under one gateway",
  ...SDK,
  async fn() {
    await using site = await Site.open(OWNER, OTHER);
    const [owner, other] = [site.client(OWNER), site.client(OTHER)];
    await owner.send(new CreateBucketCommand({ Bucket }));
    await owner.send(new CreateBucketCommand({ Bucket: "only-mine" }));
    await put(owner, "k", "the owner's");
    assertEquals(await names(other), []);
    assertEquals(await errorOf(textOf(other, "k")), "NoSuchBucket");
    await other.send(new CreateBucketCommand({ Bucket }));
    assertEquals(await errorOf(textOf(other, "k")), "NoSuchKey");
    await put(other, "k", "the other's");
    assertEquals([await textOf(owner, "k"), await textOf(other, "k")], [
      "the owner's",
      "the other's",
    ]);
    assertEquals([await names(owner), await names(other)], [["data", "only-mine"], ["data"]]);
    // Private buckets of others are not there under their full names either.
    for (const name of ["local--data", "local--only-mine"]) {
      assertEquals(await errorOf(other.send(new HeadBucketCommand({ Bucket: name }))), "NotFound");
      const CopySource = `${name}/k`;
      const copy = new CopyObjectCommand({ Bucket, Key: "stolen", CopySource });
      assertEquals(await errorOf(other.send(copy)), "NoSuchBucket");
    }
    const [mine, its] = await Promise.all([owner, other].map(async (s3) => {
      const { Owner } = await s3.send(new ListBucketsCommand({}));
      return Owner?.ID;
    }));
    assertNotEquals(mine, its);
  },
});

Deno.test({
  name: "uploads of one Hub token are unknown with another, under the same bucket and key",
  ...SDK,
  async fn() {
    await using site = await Site.open(OWNER, OTHER, pair("COLLEAGUE"));
    const clients = [site.client(OWNER), site.client(OTHER)] as const;
    for (const s3 of clients) await s3.send(new CreateBucketCommand({ Bucket }));
    const Key = "k";
    const ids = await Promise.all(clients.map(async (s3) => {
      const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
      const part = { Bucket, Key, UploadId, PartNumber: 1, Body: "part" };
      const { ETag } = await s3.send(new UploadPartCommand(part));
      return { UploadId, ETag };
    }));
    for (const [i, s3] of clients.entries()) {
      const of = { Bucket, Key, UploadId: ids[1 - i]?.UploadId };
      const MultipartUpload = { Parts: [{ PartNumber: 1, ETag: ids[1 - i]?.ETag }] };
      const calls = [
        s3.send(new UploadPartCommand({ ...of, PartNumber: 1, Body: "forged" })),
        s3.send(new UploadPartCopyCommand({ ...of, PartNumber: 1, CopySource: `${Bucket}/x` })),
        s3.send(new ListPartsCommand(of)),
        s3.send(new CompleteMultipartUploadCommand({ ...of, MultipartUpload })),
        s3.send(new AbortMultipartUploadCommand(of)),
      ];
      for (const name of await Promise.all(calls.map(errorOf))) assertEquals(name, "NoSuchUpload");
      const { Uploads = [] } = await s3.send(new ListMultipartUploadsCommand({ Bucket }));
      assertEquals(Uploads.map(({ UploadId }) => UploadId), [ids[i]?.UploadId]);
    }
    // A completed upload is nobody else's either, and who has the same token can go on with it.
    for (const [i, s3] of [site.client(pair("COLLEAGUE")), clients[1]].entries()) {
      const MultipartUpload = { Parts: [{ PartNumber: 1, ETag: ids[i]?.ETag }] };
      const of = { Bucket, Key, UploadId: ids[i]?.UploadId, MultipartUpload };
      await s3.send(new CompleteMultipartUploadCommand(of));
      const others = clients[1 - i];
      assert(others !== undefined);
      const again = others.send(new CompleteMultipartUploadCommand(of));
      assertEquals(await errorOf(again), "NoSuchUpload");
    }
  },
});

Deno.test({
  name: "content that one user has stored is sent again by another, and answers nobody's questions",
  ...SDK,
  async fn() {
    await using site = await Site.open(OWNER, OTHER);
    const [owner, other] = [site.client(OWNER), site.client(OTHER)];
    for (const s3 of [owner, other]) await s3.send(new CreateBucketCommand({ Bucket }));
    const body = randomBytes(2_000_000, 7);
    const { counters } = site.gateway.hub;
    const sent = async (s3: S3Client, Key: string) => {
      counters.reset();
      await put(s3, Key, body);
      return counters.of("*").bytesIn;
    };
    assert(await sent(owner, "first") > body.length);
    assert(await sent(owner, "again") < body.length / 10);
    assert(await sent(other, "first") > body.length);
    assert(await sent(other, "again") < body.length / 10);
  },
});

Deno.test({
  name: "a continuation token is good for its bucket and its key pair, and for no other",
  ...SDK,
  async fn() {
    const second = pair("SECOND");
    await using site = await Site.open(OWNER, OTHER, second);
    const owner = site.client(OWNER);
    for (const s3 of [owner, site.client(OTHER)]) {
      for (const name of [Bucket, "data2"]) {
        await s3.send(new CreateBucketCommand({ Bucket: name }));
        for (const Key of ["a", "b", "c"]) {
          await s3.send(new PutObjectCommand({ Bucket: name, Key, Body: Key }));
        }
      }
    }
    const page = new ListObjectsV2Command({ Bucket, MaxKeys: 1 });
    const { NextContinuationToken: ContinuationToken } = await owner.send(page);
    const listing = (name: string, more = {}) =>
      new ListObjectsV2Command({ Bucket: name, ContinuationToken, MaxKeys: 1, ...more });
    const next = await owner.send(listing(Bucket));
    assertEquals(next.Contents?.map(({ Key }) => Key), ["b"]);
    assertEquals(await errorOf(owner.send(listing("data2"))), "InvalidArgument");
    for (const credential of [OTHER, second]) {
      const call = site.client(credential).send(listing(Bucket));
      assertEquals(await errorOf(call), "InvalidArgument");
    }
    const forged = new TextEncoder().encode('{"after":"b"}').toBase64({ alphabet: "base64url" });
    const call = owner.send(listing(Bucket, { ContinuationToken: forged }));
    assertEquals(await errorOf(call), "InvalidArgument");
    const buckets = await owner.send(new ListBucketsCommand({ MaxBuckets: 1 }));
    const rest = new ListBucketsCommand({ ContinuationToken: buckets.ContinuationToken });
    assertEquals((await owner.send(rest)).Buckets?.map(({ Name }) => Name), ["data2"]);
    assertEquals(await errorOf(site.client(second).send(rest)), "InvalidArgument");
  },
});

Deno.test({
  name: "a pair that is limited to a prefix works there as if there were nothing else",
  ...SDK,
  async fn() {
    const limited = pair("LIMITED", { buckets: ["data/team/"] });
    await using site = await Site.open(OWNER, limited);
    const [owner, s3] = [site.client(OWNER), site.client(limited)];
    for (const name of [Bucket, "private"]) {
      await owner.send(new CreateBucketCommand({ Bucket: name }));
    }
    for (const Key of ["team/a", "team2/b", "secret"]) await put(owner, Key);
    assertEquals(await names(s3), ["data"]);
    assertEquals((await s3.send(new HeadBucketCommand({ Bucket }))).BucketRegion, "us-east-1");
    assertEquals(await textOf(s3, "team/a"), "team/a");
    await put(s3, "team/new", "new");
    const under = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: "team/" }));
    assertEquals(under.Contents?.map(({ Key }) => Key), ["team/a", "team/new"]);
    for (const Prefix of [undefined, "", "team", "team2/", "secret"]) {
      const what = { Bucket, ...(Prefix !== undefined && { Prefix }) };
      const lists = [
        s3.send(new ListObjectsCommand(what)),
        s3.send(new ListObjectsV2Command(what)),
        s3.send(new ListMultipartUploadsCommand(what)),
      ];
      for (const name of await Promise.all(lists.map(errorOf))) {
        assertEquals(name, "AccessDenied", Prefix);
      }
    }
    const copies = [
      new CopyObjectCommand({ Bucket, Key: "team/stolen", CopySource: "data/secret" }),
      new CopyObjectCommand({ Bucket, Key: "team/stolen", CopySource: "/data/%73ecret" }),
      new CopyObjectCommand({ Bucket, Key: "team/stolen", CopySource: "data/team/../secret" }),
      new CopyObjectCommand({ Bucket, Key: "secret", CopySource: "data/team/a" }),
      new CopyObjectCommand({ Bucket, Key: "team/stolen", CopySource: "private/x" }),
    ];
    for (const copy of copies) {
      const name = await errorOf(s3.send(copy));
      // What begins with the prefix is a key under it, dots and all.
      const inside = copy.input.CopySource?.includes("..") === true;
      assertEquals(name, inside ? "NoSuchKey" : "AccessDenied", copy.input.CopySource);
    }
    await s3.send(new CopyObjectCommand({ Bucket, Key: "team/copy", CopySource: "data/team/a" }));
    const Objects = ["team/copy", "secret", "team/new", "team2/b", "team/none"].map((Key) => ({
      Key,
    }));
    const deleted = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    assertEquals(deleted.Deleted?.map(({ Key }) => Key), ["team/copy", "team/new", "team/none"]);
    assertEquals(deleted.Errors?.map(({ Key, Code }) => [Key, Code]), [
      ["secret", "AccessDenied"],
      ["team2/b", "AccessDenied"],
    ]);
    const { Contents } = await owner.send(new ListObjectsV2Command({ Bucket }));
    assertEquals(Contents?.map(({ Key }) => Key), ["secret", "team/a", "team2/b"]);
  },
});

Deno.test({
  name: "presigned URLs and forms have the rights of who signed them, and end with its pair",
  ...SDK,
  async fn() {
    const reader = pair("READER", { access: "read-only" });
    const limited = pair("LIMITED", { buckets: ["data/team/"] });
    await using site = await Site.open(OWNER, reader, limited);
    const owner = site.client(OWNER);
    await owner.send(new CreateBucketCommand({ Bucket }));
    await put(owner, "k");
    const status = async (response: Promise<Response>) => {
      const { status, body } = await response;
      await body?.cancel();
      return status;
    };
    const writing = await getSignedUrl(
      site.client(reader),
      new PutObjectCommand({ Bucket, Key: "k" }),
    );
    assertEquals(await status(fetch(writing, { method: "PUT", body: "forged" })), 403);
    const reading = await getSignedUrl(
      site.client(reader),
      new GetObjectCommand({ Bucket, Key: "k" }),
    );
    assertEquals(await status(fetch(reading)), 200);
    for (
      const [credential, key, expected] of [
        [reader, "k", 403],
        [limited, "k", 403],
        [limited, "team/k", 204],
        [OWNER, "k2", 204],
      ] as const
    ) {
      const form = signedForm(credential, key);
      const sent = fetch(`${site.gateway.url}/${Bucket}`, { method: "POST", body: form });
      assertEquals(await status(sent), expected, `${credential.accessKeyId} ${key}`);
    }
    assertEquals(await textOf(owner, "k"), "k");
    site.gateway.gateway.setCredentials([OWNER]);
    assertEquals(await status(fetch(reading)), 403);
    assertEquals(await errorOf(textOf(site.client(reader), "k")), "InvalidAccessKeyId");
  },
});

Deno.test({
  name: "pairs are replaced under requests, which end as they began",
  ...SDK,
  async fn() {
    await using site = await Site.open(OWNER, OTHER);
    const other = site.client(OTHER);
    await other.send(new CreateBucketCommand({ Bucket }));
    const body = randomBytes(3_000_000, 3);
    await put(other, "k", body);
    const { Body } = await other.send(new GetObjectCommand({ Bucket, Key: "k" }));
    assert(Body !== undefined);
    const renewed = pair("OTHER", { hubToken: OTHER_USER.token, secretAccessKey: "new-secret" });
    site.gateway.gateway.setCredentials([OWNER, renewed]);
    assertEquals(await errorOf(textOf(other, "k")), "SignatureDoesNotMatch");
    site.gateway.gateway.setCredentials([OWNER]);
    assertEquals(await Body.transformToByteArray(), new Uint8Array(body));
    assertEquals(await errorOf(textOf(other, "k")), "InvalidAccessKeyId");
    // Without any pair nothing is served, signed or not.
    site.gateway.gateway.setCredentials([]);
    assertEquals(await errorOf(names(site.client(OWNER))), "InvalidAccessKeyId");
    const unsigned = await fetch(site.gateway.url);
    assertEquals([unsigned.status, (await unsigned.text()).includes("AccessDenied")], [403, true]);
    site.gateway.gateway.setCredentials([OWNER, renewed]);
    assertEquals(
      (await site.client(renewed).send(new HeadObjectCommand({ Bucket, Key: "k" }))).ContentLength,
      body.length,
    );
  },
});

Deno.test({
  name: "an own bucket is reached by both of its names by whoever was given its long one",
  ...SDK,
  async fn() {
    const long = pair("LONG", { buckets: ["local--data"] });
    const short = pair("SHORT", { buckets: ["data"] });
    await using site = await Site.open(OWNER, long, short);
    await site.client(OWNER).send(new CreateBucketCommand({ Bucket }));
    const head = (credential: AccessCredential, name: string) =>
      site.client(credential).send(new HeadBucketCommand({ Bucket: name })).then(
        () => 200,
        (error) => error.$metadata.httpStatusCode,
      );
    assertEquals(
      await Promise.all(
        [long, short].flatMap((one) => [head(one, "data"), head(one, "local--data")]),
      ),
      [200, 200, 200, 403],
    );
  },
});
