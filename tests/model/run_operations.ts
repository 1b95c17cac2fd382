import { anyListing, bucketOperation, followListing } from "./listings.ts";
import { abortUpload, completeUpload, createUpload, listParts, uploadPart } from "./multipart.ts";
import type { Operation } from "./objects.ts";
import { readAttributes, readObject, readTags } from "./reads.ts";
import type { Rng } from "./rng.ts";
import { copyObject, deleteObject, deleteObjects, putObject, tagObject } from "./writes.ts";
import { Mismatch, type World } from "./world.ts";

/** Keys whose order, nesting and characters are worth a look. */
export const KEYS = [
  "a",
  "a-b",
  "a.b",
  "a/",
  "a/b",
  "a/b/",
  "a/b/c",
  "a/b/d",
  "a/c",
  "a0",
  "ab",
  "b",
  "dir/",
  "dir/x/y/z",
  "dir/x/y0",
  "no such",
  "plus+and%20percent%",
  "quote\"<&>'",
  "ü",
  "ü/x",
  "\uffee",
  "\u{1f600}",
  "~",
  "~hug",
  "~hugbucket2/x",
] as const;

const MAX_UPLOADS = 6;

type Choice =
  | "put"
  | "read"
  | "delete"
  | "deleteMany"
  | "copy"
  | "tag"
  | "readTags"
  | "attributes"
  | "list"
  | "bucket"
  | "create"
  | "part"
  | "complete"
  | "abort";

/** What a run has done, for whoever has to find out why it failed. */
export interface History {
  readonly labels: string[];
}

/**
 * Does operations one after another and judges every answer.
 *
 * @param count How many.
 * @throws Mismatch, with the last operations in its message.
 */
export async function runOperations(
  world: World,
  rng: Rng,
  count: number,
  history: History = { labels: [] },
): Promise<void> {
  for (let i = 0; i < count; i++) {
    try {
      await oneOperation(world, rng, history);
    } catch (error) {
      const last = history.labels.slice(-25).join("\n  ");
      if (!(error instanceof Mismatch)) {
        throw new Error(`Operation ${i} failed; the last were\n  ${last}`, { cause: error });
      }
      throw new Mismatch(`Operation ${i}: ${error.message}. The last were\n  ${last}`);
    }
  }
}

async function oneOperation(world: World, rng: Rng, { labels }: History): Promise<void> {
  const key = rng.pick(KEYS) ?? "a";
  const run = async (operation: Operation) => {
    labels.push(operation.label);
    const reply = await world.send(operation.request);
    labels.push(`  ${reply === undefined ? "broke off" : `${reply.status} ${reply.code}`}`);
    operation.judge(reply);
  };
  const uploads = [...world.bucket.uploads.values()].filter(({ unclear }) => !unclear);
  const upload = rng.pick(uploads);
  const choice = rng.weighted<Choice>([
    [22, "put"],
    [24, "read"],
    [8, "delete"],
    [2, "deleteMany"],
    [8, "copy"],
    [5, "tag"],
    [3, "readTags"],
    [2, "attributes"],
    [9, "list"],
    [2, "bucket"],
    [uploads.length < MAX_UPLOADS ? 3 : 0, "create"],
    [upload === undefined ? 0 : 7, "part"],
    [upload === undefined ? 0 : 4, "complete"],
    [upload === undefined ? 0 : 1, "abort"],
  ]);
  switch (choice) {
    case "put":
      return await run(putObject(world, rng, key));
    case "read":
      return await run(readObject(world, rng, key));
    case "delete":
      return await run(deleteObject(world, rng, key));
    case "deleteMany":
      return await run(
        deleteObjects(world, rng.some(KEYS, 0.15).concat(key).filter(isFirst), rng.chance(0.3)),
      );
    case "copy":
      return await run(copyObject(world, rng, rng.pick(world.bucket.keys()) ?? "b", key));
    case "tag":
      return await run(tagObject(world, rng, key));
    case "readTags":
      return await run(readTags(world, key));
    case "attributes":
      return await run(readAttributes(world, key));
    case "bucket":
      return await run(bucketOperation(world, rng));
    case "create":
      return await run(createUpload(world, rng, key));
    case "part":
      return upload && await run(uploadPart(world, rng, upload));
    case "abort":
      return upload && await run(abortUpload(world, upload));
    case "list": {
      const query = anyListing(rng, world.bucket.keys());
      labels.push(`LIST ${JSON.stringify(query)}`);
      return await followListing(world, world.send, query);
    }
    case "complete": {
      if (upload === undefined) return;
      labels.push(`LIST parts of ${upload.key}`);
      const listed = await listParts(world, upload);
      if (listed !== undefined) await run(completeUpload(world, rng, upload, listed));
      return;
    }
    default:
      return choice satisfies never;
  }
}

const isFirst = (key: string, index: number, keys: readonly string[]): boolean =>
  keys.indexOf(key) === index;
