import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetBucketVersioningCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  ListObjectVersionsCommand,
  S3Client,
  S3ServiceException,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { RepoSeed } from "../../lib/create_embedded_hub.ts";
import type { GatewayOptions } from "../../lib/gateway_options.ts";
import { randomBytes } from "../support/random_bytes.ts";
import { type RunningGateway, startGateway } from "../support/start_gateway.ts";

const LARGE = randomBytes(300_000, 9);
const BIG = randomBytes(5_500_000, 10);
const DAY = 86_400_000;
const DATE = Date.UTC(2026, 0, 1);
const FILES = {
  "README.md": "# Prices\n",
  "a.txt": "a",
  "a/b.txt": "b",
  "a/c/d.txt": "d",
  "a-b": "ab",
  "data/large.bin": LARGE,
  "data/empty": "",
  "ü/🤗 +%2F.txt": "odd",
  "ｚ": "beyond the surrogates",
};
const PRICES: RepoSeed = { type: "dataset", id: "local/prices", files: FILES, date: DATE };
const BUCKET = "datasets--local--prices";

interface Site extends RunningGateway {
  readonly s3: S3Client;
  readonly commit: string;
}

async function withRepo(
  test: (site: Site) => Promise<void>,
  { seed = PRICES, ...options }: Partial<GatewayOptions> & { readonly seed?: RepoSeed } = {},
) {
  await using running = await startGateway(options);
  const { commit } = await running.hub.seedRepo(seed);
  const s3 = new S3Client({
    endpoint: running.url,
    region: "us-east-1",
    credentials: running.credential,
    forcePathStyle: true,
    maxAttempts: 1,
  });
  running.hub.counters.reset();
  try {
    await test({ ...running, s3, commit });
  } finally {
    s3.destroy();
  }
}

async function bytesOf(s3: S3Client, key: string, more: object = {}): Promise<Uint8Array> {
  const answer = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: key, ...more }));
  return await answer.Body?.transformToByteArray() ?? new Uint8Array(0);
}

async function textOf(s3: S3Client, key: string, more: object = {}): Promise<string> {
  return new TextDecoder().decode(await bytesOf(s3, key, more));
}

async function failureOf(work: Promise<unknown>): Promise<readonly [number, string]> {
  const error = await assertRejects(() => work, S3ServiceException);
  return [error.$metadata.httpStatusCode ?? 0, error.name];
}

const byUtf8 = (a: string, b: string): number => {
  const [left, right] = [a, b].map((text) => new TextEncoder().encode(text).toHex());
  return (left ?? "") < (right ?? "") ? -1 : 1;
};

Deno.test("a repo is listed by keys in UTF-8 byte order, whole, in pages and by levels", () =>
  withRepo(async ({ s3, commit }) => {
    const all = Object.keys(FILES).sort(byUtf8);
    const whole = await s3.send(new ListObjectsV2Command({ Bucket: BUCKET }));
    assertEquals(whole.Contents?.map(({ Key }) => Key), all);
    assertEquals(whole.Contents?.[0]?.LastModified, new Date(DATE));
    for (const size of [1, 2, 5]) {
      const keys: (string | undefined)[] = [];
      let token: string | undefined;
      do {
        const page: ListObjectsV2CommandOutput = await s3
          .send(
            new ListObjectsV2Command({
              Bucket: BUCKET,
              MaxKeys: size,
              ContinuationToken: token,
            }),
          );
        keys.push(...page.Contents?.map(({ Key }) => Key) ?? []);
        token = page.NextContinuationToken;
      } while (token !== undefined);
      assertEquals(keys, all, `pages of ${size}`);
    }
    const level = async (more: object) => {
      const page = await s3.send(
        new ListObjectsV2Command({ Bucket: BUCKET, Delimiter: "/", ...more }),
      );
      return [
        page.Contents?.map(({ Key }) => Key) ?? [],
        page.CommonPrefixes?.map(({ Prefix }) => Prefix) ?? [],
      ];
    };
    assertEquals(await level({}), [["README.md", "a-b", "a.txt", "ｚ"], ["a/", "data/", "ü/"]]);
    assertEquals(await level({ Prefix: "a/" }), [["a/b.txt"], ["a/c/"]]);
    assertEquals(await level({ Prefix: "a" }), [["a-b", "a.txt"], ["a/"]]);
    assertEquals(await level({ Prefix: "a", StartAfter: "a.txt" }), [[], ["a/"]]);
    assertEquals(await level({ Prefix: "a", StartAfter: "a/" }), [[], []]);
    assertEquals(await level({ Prefix: "none/" }), [[], []]);
    const odd = await s3.send(
      new ListObjectsV2Command({ Bucket: BUCKET, Delimiter: "b", Prefix: "a" }),
    );
    assertEquals(odd.CommonPrefixes?.map(({ Prefix }) => Prefix), ["a-b", "a/b"]);
    const first = await s3.send(new ListObjectsCommand({ Bucket: BUCKET, MaxKeys: 3 }));
    const second = await s3.send(
      new ListObjectsCommand({ Bucket: BUCKET, Marker: first.Contents?.at(-1)?.Key }),
    );
    const both = [...first.Contents ?? [], ...second.Contents ?? []];
    assertEquals(both.map(({ Key }) => Key), all);
    const versions = await s3.send(new ListObjectVersionsCommand({ Bucket: BUCKET, MaxKeys: 2 }));
    assertEquals(versions.Versions?.map(({ VersionId }) => VersionId), [commit, commit]);
    assertEquals(versions.NextVersionIdMarker, commit);
    const status = await s3.send(new GetBucketVersioningCommand({ Bucket: BUCKET }));
    assertEquals(status.Status, "Enabled");
  }));

for (const largeFiles of ["xet", "lfs"] as const) {
  Deno.test(`files of Git and of ${largeFiles} are read whole, in ranges and under conditions`, () =>
    withRepo(async ({ s3, commit }) => {
      for (const [key, content] of Object.entries(FILES)) {
        const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
        assertEquals(await bytesOf(s3, key), bytes, key);
        const head = await s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key: key }));
        assertEquals(head.ContentLength, bytes.length);
        assertEquals(head.VersionId, commit);
        assertEquals(head.LastModified, new Date(DATE));
      }
      const listed = await s3.send(new ListObjectsV2Command({ Bucket: BUCKET }));
      for (const { Key = "", ETag } of listed.Contents ?? []) {
        const head = await s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key }));
        assertEquals([Key, head.ETag], [Key, ETag]);
        assert(/^"[0-9a-f]{32}-1"$/.test(ETag ?? ""), ETag);
        assertEquals((await failureOf(bytesOf(s3, Key, { IfNoneMatch: ETag })))[0], 304);
      }
      const Range = "bytes=1000-1999";
      assertEquals(await bytesOf(s3, "data/large.bin", { Range }), LARGE.slice(1000, 2000));
      assertEquals(await bytesOf(s3, "data/large.bin", { Range: "bytes=-10" }), LARGE.slice(-10));
      assertEquals(await textOf(s3, "README.md", { Range: "bytes=2-" }), "Prices\n");
      const attributes = await s3.send(
        new GetObjectAttributesCommand({
          Bucket: BUCKET,
          Key: "data/large.bin",
          ObjectAttributes: ["ETag", "ObjectSize"],
        }),
      );
      assertEquals([attributes.ObjectSize, attributes.VersionId], [LARGE.length, commit]);
      const missing = ["none", "a", "a/", "a//b.txt", "a/../a.txt", "README.md/x"];
      for (const key of missing) {
        assertEquals(await failureOf(bytesOf(s3, key)), [404, "NoSuchKey"], key);
      }
      const url = await getSignedUrl(
        s3,
        new GetObjectCommand({ Bucket: BUCKET, Key: "data/large.bin" }),
      );
      assertEquals(await (await fetch(url)).bytes(), LARGE);
    }, { seed: { ...PRICES, largeFiles } }));

  Deno.test(`objects and parts are copied out of ${largeFiles} into a bucket`, () =>
    withRepo(async ({ s3, hub }) => {
      const Bucket = "copies";
      await s3.send(new CreateBucketCommand({ Bucket }));
      hub.counters.reset();
      for (const key of ["data/large.bin", "README.md", "data/empty"]) {
        await s3.send(
          new CopyObjectCommand({
            Bucket,
            Key: key,
            CopySource: `${BUCKET}/${key}`,
            ContentType: "text/x",
            MetadataDirective: "REPLACE",
          }),
        );
        const copy = await s3.send(new GetObjectCommand({ Bucket, Key: key }));
        assertEquals(await copy.Body?.transformToByteArray(), await bytesOf(s3, key), key);
        assertEquals(copy.ContentType, "text/x");
      }
      if (largeFiles === "xet") {
        // The bytes of small files alone have moved.
        assert(hub.counters.of("cas.xorb.post").bytesIn < 1000);
      }
      const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: "two" }));
      const Parts = [];
      for (const [PartNumber, range] of [[1, "100-5299999"], [2, "7-1006"]] as const) {
        const { CopyPartResult } = await s3.send(
          new UploadPartCopyCommand({
            Bucket,
            Key: "two",
            UploadId,
            PartNumber,
            CopySource: `${BUCKET}/big.bin`,
            CopySourceRange: `bytes=${range}`,
          }),
        );
        Parts.push({ PartNumber, ETag: CopyPartResult?.ETag });
      }
      await s3.send(
        new CompleteMultipartUploadCommand({
          Bucket,
          Key: "two",
          UploadId,
          MultipartUpload: { Parts },
        }),
      );
      const two = await s3.send(new GetObjectCommand({ Bucket, Key: "two" }));
      const expected = new Blob([BIG.slice(100, 5_300_000), BIG.slice(7, 1007)]);
      assertEquals(await two.Body?.transformToByteArray(), await expected.bytes());
    }, { seed: { ...PRICES, largeFiles, files: { ...FILES, "big.bin": BIG } } }));
}

Deno.test("revisions are chosen by name and by version, and repos need no namespace", () =>
  withRepo(async ({ s3, hub, commit }) => {
    const next = await hub.seedRepo({
      ...PRICES,
      branch: "next/try",
      tag: "v2",
      files: { "README.md": "next" },
    });
    await hub.seedRepo({ type: "model", id: "bare", files: { "config.json": "{}" } });
    const read = async (Bucket: string, Key: string, VersionId?: string) => {
      const answer = await s3.send(new GetObjectCommand({ Bucket, Key, VersionId }));
      return await answer.Body?.transformToString();
    };
    assertEquals(await read(BUCKET, "README.md"), "# Prices\n");
    assertEquals(await read(`${BUCKET}--at--next--try`, "README.md"), "next");
    assertEquals(await read(`${BUCKET}--at--v2`, "README.md"), "next");
    assertEquals(await read(`${BUCKET}--at--${next.commit}`, "README.md"), "next");
    assertEquals(await read(BUCKET, "README.md", next.commit), "next");
    assertEquals(await read(`${BUCKET}--at--v2`, "README.md", commit), "# Prices\n");
    assertEquals(await read("models--bare", "config.json"), "{}");
    const none = "0".repeat(40);
    assertEquals(await failureOf(read(BUCKET, "README.md", none)), [404, "NoSuchVersion"]);
    assertEquals(await failureOf(read(BUCKET, "README.md", "x")), [400, "InvalidArgument"]);
    for (const bucket of [`${BUCKET}--at--none`, "datasets--local--none", "models--a--b--c"]) {
      assertEquals(await failureOf(read(bucket, "README.md")), [404, "NoSuchBucket"], bucket);
      const listed = s3.send(new ListObjectsV2Command({ Bucket: bucket }));
      assertEquals(await failureOf(listed), [404, "NoSuchBucket"], bucket);
      const head = s3.send(new HeadBucketCommand({ Bucket: bucket }));
      assertEquals((await failureOf(head))[0], 404);
    }
  }));

Deno.test("a listing and a download go on with the commit that they began with", () =>
  withRepo(async ({ s3, hub, commit }) => {
    const first = await s3.send(new ListObjectsV2Command({ Bucket: BUCKET, MaxKeys: 3 }));
    const byMarker = await s3.send(new ListObjectsCommand({ Bucket: BUCKET, MaxKeys: 3 }));
    const versions = await s3.send(new ListObjectVersionsCommand({ Bucket: BUCKET, MaxKeys: 3 }));
    const head = await s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key: "data/large.bin" }));
    const moved = await hub.seedRepo({
      ...PRICES,
      date: DATE + DAY,
      files: { "b-new.txt": "new", "data/large.bin": LARGE.slice(1) },
    });
    const rest = Object.keys(FILES).sort(byUtf8).slice(3);
    const second = await s3.send(
      new ListObjectsV2Command({ Bucket: BUCKET, ContinuationToken: first.NextContinuationToken }),
    );
    assertEquals(second.Contents?.map(({ Key }) => Key), rest);
    const marked = await s3.send(
      new ListObjectsCommand({ Bucket: BUCKET, Marker: byMarker.Contents?.at(-1)?.Key }),
    );
    assertEquals(marked.Contents?.map(({ Key }) => Key), rest);
    const more = await s3.send(
      new ListObjectVersionsCommand({
        Bucket: BUCKET,
        KeyMarker: versions.NextKeyMarker,
        VersionIdMarker: versions.NextVersionIdMarker,
      }),
    );
    assertEquals(more.Versions?.map(({ VersionId }) => VersionId), rest.map(() => commit));
    const range = { Range: "bytes=100-199" };
    assertEquals(
      await bytesOf(s3, "data/large.bin", { ...range, IfMatch: head.ETag }),
      LARGE.slice(100, 200),
    );
    assertEquals(await bytesOf(s3, "data/large.bin", range), LARGE.slice(101, 201));
    const stale = bytesOf(s3, "data/large.bin", {
      IfMatch: '"00000000000000000000000000000000-1"',
    });
    assertEquals((await failureOf(stale))[0], 412);
    const now = await s3.send(new ListObjectsV2Command({ Bucket: BUCKET }));
    assertEquals(now.Contents?.map(({ Key }) => Key), ["b-new.txt", "data/large.bin"]);
    assertEquals(now.Contents?.[0]?.LastModified, new Date(DATE + DAY));
    const later = await s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key: "b-new.txt" }));
    assertEquals(later.VersionId, moved.commit);
  }));

Deno.test("only files that a commit has changed have its time, in headers and listings alike", () =>
  withRepo(async ({ s3, hub }) => {
    await hub.seedRepo({ ...PRICES, date: DATE + DAY, files: { ...FILES, "a/b.txt": "changed" } });
    const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket: BUCKET }));
    const { Versions } = await s3.send(new ListObjectVersionsCommand({ Bucket: BUCKET }));
    assertEquals(Contents?.length, Object.keys(FILES).length);
    for (const [index, { Key, LastModified }] of Contents?.entries() ?? []) {
      const expected = new Date(Key === "a/b.txt" ? DATE + DAY : DATE);
      const head = await s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key }));
      assertEquals(
        [LastModified, Versions?.[index]?.LastModified, head.LastModified],
        [expected, expected, expected],
        Key,
      );
    }
  }));

Deno.test("repos are in ListBuckets where the settings name them", async () => {
  await withRepo(async ({ s3 }) => {
    await s3.send(new CreateBucketCommand({ Bucket: "own" }));
    const { Buckets } = await s3.send(new ListBucketsCommand({}));
    assertEquals(Buckets?.map(({ Name }) => Name), [BUCKET, "own"]);
  }, { listedRepos: [BUCKET, "models--local--none"] });
});

Deno.test("a tree that is too large to be sorted is walked by directories", async () => {
  const { RepoObjectStore } = await import("../../lib/store/repos/repo_object_store.ts");
  const { KeptTrees } = await import("../../lib/store/repos/kept_trees.ts");
  const { BucketClient, MemoryBudget, createEmbeddedHub } = await import("../../mod.ts");
  const hub = await createEmbeddedHub();
  await hub.seedRepo(PRICES);
  const buckets = new BucketClient({ token: hub.token, endpoint: hub.url, workers: 0 });
  for (const bytes of [1, 1 << 20]) {
    const trees = new KeptTrees(new MemoryBudget(bytes), bytes);
    const store = new RepoObjectStore({ buckets, trees, now: Date.now, sortLimit: 2 });
    const keysOf = async (query: { prefix: string; after?: string; delimiter?: string }) =>
      (await Array.fromAsync(store.list(BUCKET, query)))
        .map((entry) => entry.kind === "object" ? entry.object.key : entry.prefix);
    const all = Object.keys(FILES).sort(byUtf8);
    assertEquals(await keysOf({ prefix: "" }), all);
    for (const [index, after] of all.entries()) {
      assertEquals(await keysOf({ prefix: "", after }), all.slice(index + 1), after);
    }
    assertEquals(await keysOf({ prefix: "a/c/" }), ["a/c/d.txt"]);
    assertEquals(await keysOf({ prefix: "a/c" }), ["a/c/d.txt"]);
    assertEquals(await keysOf({ prefix: "d", delimiter: "t" }), ["dat"]);
  }
  await buckets.close();
  await hub.close();
});
