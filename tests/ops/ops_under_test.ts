import { createHash } from "node:crypto";
import { assertRejects } from "@std/assert";
import { tokenSeal } from "../../lib/access/token_seal.ts";
import { S3Error } from "../../lib/errors/s3_error.ts";
import { toS3Error } from "../../lib/errors/to_s3_error.ts";
import { MapUploadRegistry } from "../../lib/multipart/map_registry.ts";
import type { UploadPart } from "../../lib/multipart/upload_registry.ts";
import type { OperationContext } from "../../lib/ops/context.ts";
import { operations } from "../../lib/ops/mod.ts";
import type { Operations, RequestBody, ServedOperation } from "../../lib/s3/operations.ts";
import type { StoredObject } from "../../lib/store/object_store.ts";
import { MemoryStore } from "../support/memory_store.ts";

/** The bucket that tests begin with. */
export const BUCKET = "bucket";
/** The least size of a part that is not the last. */
export const PART_SIZE = 5 * 1024 * 1024;

/** Whom continuation tokens are given to. */
export const SEAL = tokenSeal({ accessKeyId: "KEY", secretAccessKey: "secret" });

/** What the operations of a test stand on, and calls of them. */
export interface OpsUnderTest {
  readonly store: MemoryStore;
  readonly registry: MapUploadRegistry;
  readonly context: OperationContext;
  /** Does an operation. */
  run<N extends ServedOperation>(
    operation: N,
    input: Operations[N]["input"],
  ): Promise<Operations[N]["output"]>;
  /** The S3 code that an operation fails with. */
  codeOf<N extends ServedOperation>(operation: N, input: Operations[N]["input"]): Promise<string>;
  /** Stores an object. */
  put(key: string, text?: string): Promise<StoredObject>;
  /** The bytes of an object as text; undefined when there is none. */
  textOf(key: string): Promise<string | undefined>;
}

/** Operations over a store and a registry in memory with one empty bucket. */
export async function opsUnderTest(
  store: MemoryStore = new MemoryStore(),
  now: () => number = Date.now,
): Promise<OpsUnderTest> {
  await store.createBucket(BUCKET);
  const registry = new MapUploadRegistry({ ttlMs: 60_000, now });
  const context: OperationContext = {
    store,
    registry,
    seal: SEAL,
    requester: { accessKeyId: "KEY" },
    region: "us-east-1",
    now,
    signal: new AbortController().signal,
  };
  const run: OpsUnderTest["run"] = (operation, input) => operations[operation](context, input);
  return {
    store,
    registry,
    context,
    run,
    async codeOf(operation, input) {
      return (await s3Error(run(operation, input))).code;
    },
    async put(key, text = key) {
      const output = await run("PutObject", {
        bucket: BUCKET,
        key,
        body: bodyOf(text),
        attributes: {},
        conditions: {},
      });
      return output.object;
    },
    async textOf(key) {
      const [object] = await store.stat(BUCKET, [key]);
      return object && await new Response(store.read(BUCKET, object.content)).text();
    },
  };
}

/** The error that a client would be told. */
export async function s3Error(promise: Promise<unknown>): Promise<S3Error> {
  return toS3Error(await assertRejects(() => promise, Error));
}

/** A body that has passed every check. */
export function bodyOf(
  content: string | Uint8Array<ArrayBuffer>,
  checksums: Readonly<Record<string, string>> = {},
): RequestBody {
  const md5 = createHash("md5").update(content).digest("hex");
  const [checksumAlgorithm] = Object.keys(checksums);
  return {
    stream: new Blob([content]).stream(),
    digests: () => ({ md5, checksums }),
    ...(checksumAlgorithm !== undefined && { checksumAlgorithm }),
  };
}

/** A body that fails one of its checks at its end. */
export function brokenBody(content: string, error: Error): RequestBody {
  const source = new Blob([content]).stream();
  const breaking = new TransformStream<Uint8Array, Uint8Array>({
    flush() {
      throw error;
    },
  });
  return {
    stream: source.pipeThrough(breaking),
    digests() {
      throw new Error("A body that failed has no digests");
    },
  };
}

/** An upload in progress. */
export interface UploadUnderTest {
  readonly bucket: string;
  readonly key: string;
  readonly uploadId: string;
  /** Sends a part. */
  send(partNumber: number, content: string | Uint8Array<ArrayBuffer>): Promise<UploadPart>;
}

/** Begins an upload. */
export async function beginUpload(
  { run }: OpsUnderTest,
  key = "key",
  contentType?: string,
): Promise<UploadUnderTest> {
  const { upload } = await run("CreateMultipartUpload", {
    bucket: BUCKET,
    key,
    attributes: contentType === undefined ? {} : { contentType },
  });
  const { uploadId } = upload;
  const of = { bucket: BUCKET, key, uploadId };
  return {
    ...of,
    async send(partNumber, content) {
      const { part } = await run("UploadPart", { ...of, partNumber, body: bodyOf(content) });
      return part;
    },
  };
}

/** The input of a completion that lists these parts. */
export function completionOf(
  { bucket, key, uploadId }: UploadUnderTest,
  parts: readonly (Pick<UploadPart, "partNumber" | "etag"> & Partial<UploadPart>)[],
): Operations["CompleteMultipartUpload"]["input"] {
  return {
    bucket,
    key,
    uploadId,
    parts: parts.map(({ partNumber, etag, checksums = {} }) => ({ partNumber, etag, checksums })),
    conditions: {},
  };
}
