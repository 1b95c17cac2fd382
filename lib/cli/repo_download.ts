import { rename, rm } from "node:fs/promises";
import { type HubLocation, parseHubUri, type RepoName } from "../buckets/mod.ts";
import { repoCasId } from "../buckets/hub_repo_reader.ts";
import { partOf } from "../buckets/part_files.ts";
import { asUsage } from "./bucket_argument.ts";
import type { Session } from "./session.ts";
import { UsageError } from "./usage_error.ts";

/** A file of a model, dataset or Space that can be read. */
export interface RepoDownload {
  /** Its path in the repo. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** The commit that it is of, 40 hex digits. */
  readonly commit: string;
  /** Its bytes; the stream errors if they are not what the Hub says. */
  open(): ReadableStream<Uint8Array>;
}

/** Finds the file that `hf://datasets/…`, `hf://spaces/…` or `hf://namespace/model/…` names. */
export async function findRepoFile(
  { client, signal }: Session,
  source: string,
): Promise<RepoDownload> {
  const location = asUsage(() => parseHubUri(source));
  const { path, contents, revision = "main" } = location;
  if (path === "" || contents) {
    throw new UsageError(
      `${source} is a directory: of models, datasets and Spaces single files ` +
        "can be downloaded, or all copied into a bucket",
    );
  }
  const repo = repoOf(location);
  const file = await client.repos.file(repo, revision, path, { signal });
  if (file === undefined) throw new Error(`There is no file ${source}`);
  const { commit, size, oid, xetHash } = file;
  return {
    path,
    size,
    commit,
    open: () =>
      xetHash === undefined
        ? client.repos.read({ repo, commit, path, size, oid }, { signal })
        : client.download(repoCasId(repo, commit), { hash: xetHash, size }, { signal }),
  };
}

/** Writes a file beside its place, and puts it there when it is whole. */
export async function writeWhole(
  { open, commit }: RepoDownload,
  target: string,
  onBytes: (count: number) => void,
): Promise<void> {
  const part = partOf(target, commit).path;
  try {
    using file = await Deno.open(part, { write: true, create: true, truncate: true });
    for await (const bytes of open()) {
      for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
      onBytes(bytes.length);
    }
    await rename(part, target);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

function repoOf({ kind, id }: HubLocation): RepoName {
  if (kind === "bucket") throw new UsageError(`${id} is a bucket`);
  return { type: kind, id };
}
