import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  NoSuchKey,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { contentOf } from "../model/contents.ts";
import { Rng } from "../model/rng.ts";
import { randomBytes } from "../support/random_bytes.ts";

/** What a load did. */
export interface LoadResult {
  readonly operations: number;
  /** Operations that failed after the client's own attempts. */
  readonly errors: number;
  /** Keys or files that were read and compared at the end. */
  readonly verified: number;
}

const KEYS = Array.from({ length: 60 }, (_, i) => `js/dir ${i % 5}/${i}`);
const SIZES = [0, 200, 6000, 80_000, 500_000];
const LARGE = 11 * 1024 * 1024;

/**
 * Load by the AWS SDK for JavaScript until a time; then every key is read and compared.
 *
 * @param healed Settles when the faults are over.
 */
export async function loadByJs(
  endpoint: string,
  bucket: string,
  { seed, until, healed, onError }: {
    readonly seed: number;
    readonly until: number;
    readonly healed: Promise<void>;
    readonly onError: (error: unknown) => void;
  },
): Promise<LoadResult> {
  const s3 = new S3Client({
    endpoint,
    region: "us-east-1",
    forcePathStyle: true,
    maxAttempts: 8,
    credentials: { accessKeyId: "soak", secretAccessKey: "soak-secret" },
  });
  const rng = new Rng(seed);
  const held = new Map<string, Set<string>>(KEYS.map((Key) => [Key, new Set([""])]));
  const of = (key: string): Set<string> => held.get(key) ?? new Set([""]);
  const read = async (Key: string): Promise<string> => {
    try {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
      return contentOf(new Uint8Array(await Body?.transformToByteArray() ?? [])).sha256;
    } catch (error) {
      if (error instanceof NoSuchKey) return "";
      throw error;
    }
  };
  const check = async (key: string): Promise<void> => {
    const found = await read(key);
    if (!of(key).has(found)) throw new LostError(`${key} holds ${found || "nothing"}`);
    held.set(key, new Set([found]));
  };
  const step = async (Key: string): Promise<void> => {
    const choice = rng.float();
    if (choice < 0.5) {
      const size = rng.chance(0.03) ? LARGE : rng.pick(SIZES) ?? 0;
      const Body = randomBytes(size, rng.int(1 << 30));
      const { sha256 } = contentOf(Body);
      held.set(Key, new Set([...of(Key), sha256]));
      const params = { Bucket: bucket, Key, Body };
      if (size === LARGE) await new Upload({ client: s3, params }).done();
      else await s3.send(new PutObjectCommand(params));
      held.set(Key, new Set([sha256]));
    } else if (choice < 0.8) await check(Key);
    else if (choice < 0.9) {
      await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: "js/", Delimiter: "/" }));
    } else {
      held.set(Key, new Set([...of(Key), ""]));
      await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key }));
      held.set(Key, new Set([""]));
    }
  };
  let operations = 0;
  let errors = 0;
  while (Date.now() < until) {
    operations++;
    try {
      await step(rng.pick(KEYS) ?? "js/0");
    } catch (error) {
      if (error instanceof LostError) throw error;
      errors++;
      onError(error);
    }
  }
  await healed;
  for (const key of KEYS) await check(key);
  s3.destroy();
  return { operations, errors, verified: KEYS.length };
}

/** A key that holds what nobody has written there. */
class LostError extends Error {
  override readonly name = "LostError";
}
