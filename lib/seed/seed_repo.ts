/** Fills the repos of an embedded hub. */

import { createHash } from "node:crypto";
import { BlobHasher } from "../embedded_hub/hub/repos/git_objects.ts";
import type { NewCommit, NewFile } from "../embedded_hub/hub/repos/repo_writer.ts";
import type { BlobFiles } from "../embedded_hub/storage/blob_files.ts";
import { eachOf } from "../flow/each_of.ts";
import type { FileStorage, RepoSeed, SeededRepo } from "./repo_seed.ts";
import { type SourceFile, sourceFiles } from "./source_files.ts";

/** What seeding works with. */
export interface SeedParts {
  /** Takes files that are not in Xet, by SHA-256. */
  readonly keptFiles: BlobFiles;
  /** Brings content to the embedded CAS, and returns its printed Xet hash. */
  readonly uploadToXet: (content: ReadableStream<Uint8Array>) => Promise<string>;
  /** Makes a commit of files that are stored. */
  readonly commit: (commit: NewCommit) => string;
  /** The present in milliseconds since 1970. */
  readonly now: () => number;
}

const LARGE_FILE_BYTES = 65_536;
/** Files that are stored at once. */
const FILES_AT_ONCE = 16;
/** What is read whole, so that what is kept already is not written again: writing waits for the disk. */
const SMALL_BYTES = 65_536;

/**
 * Stores a seed's files and makes its commit.
 *
 * @throws TypeError for a name that no repo, branch or file can have.
 */
export async function seedRepo(parts: SeedParts, seed: RepoSeed): Promise<SeededRepo> {
  const slash = seed.id.indexOf("/");
  const repo = {
    type: seed.type,
    namespace: slash === -1 ? "" : seed.id.slice(0, slash),
    name: seed.id.slice(slash + 1),
  };
  const sources = await sourceFiles(seed);
  const files: NewFile[] = new Array(sources.length);
  await eachOf(sources.entries(), FILES_AT_ONCE, async ([index, file]) => {
    files[index] = await store(parts, seed, file);
  });
  const commit = parts.commit({
    repo,
    settings: {
      private: seed.private ?? false,
      gated: seed.gated,
      granted: seed.grantedTo ?? [],
    },
    branch: seed.branch ?? "main",
    tag: seed.tag,
    author: repo.namespace === "" ? "hub" : repo.namespace,
    title: seed.title ?? "Files as they are on disk",
    date: seed.date ?? parts.now(),
    files,
  });
  return { commit };
}

function storageOf(seed: RepoSeed, { path, size }: SourceFile): FileStorage {
  if (seed.storage !== undefined) return seed.storage(path, size);
  const isLarge = size >= (seed.largeFileBytes ?? LARGE_FILE_BYTES);
  return isLarge ? seed.largeFiles ?? "xet" : "git";
}

async function store(parts: SeedParts, seed: RepoSeed, file: SourceFile): Promise<NewFile> {
  const { path, size } = file;
  const kind = storageOf(seed, file);
  const sum = createHash("sha256");
  const blob = new BlobHasher(size);
  let length = 0;
  const counted = (await file.open()).pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(bytes, controller) {
        sum.update(bytes);
        blob.update(bytes);
        length += bytes.length;
        controller.enqueue(bytes);
      },
      flush() {
        if (length !== size) throw new Error(`${path} changed while it was read`);
      },
    }),
  );
  if (kind === "xet") {
    const xetHash = await parts.uploadToXet(counted);
    return { kind, path, size, sha256: sum.digest("hex"), xetHash };
  }
  const sha256 = await keep(parts.keptFiles, size, counted, () => sum.digest("hex"));
  return kind === "git"
    ? { kind, path, size, sha256, oid: blob.oid() }
    : { kind, path, size, sha256 };
}

async function keep(
  files: BlobFiles,
  size: number,
  content: ReadableStream<Uint8Array>,
  name: () => string,
): Promise<string> {
  if (size > SMALL_BYTES) return await write(files, content, name);
  const bytes = await new Response(content).bytes();
  const sha256 = name();
  if (await files.size(sha256) !== undefined) return sha256;
  return await write(files, new Blob([bytes]).stream(), () => sha256);
}

async function write(
  files: BlobFiles,
  content: ReadableStream<Uint8Array>,
  name: () => string,
): Promise<string> {
  const writer = await files.begin();
  try {
    for await (const bytes of content) await writer.write(bytes);
  } catch (error) {
    await writer.abort();
    throw error;
  }
  const sha256 = name();
  await writer.commit(sha256);
  return sha256;
}
