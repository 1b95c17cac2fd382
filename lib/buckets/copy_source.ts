import type { CallOptions } from "../hub/buckets.ts";
import type { RepoFile, RepoItem } from "../hub/repo_wire.ts";
import type { BucketCore } from "./bucket_core.ts";
import type { FileInfo } from "../hub/wire.ts";
import type { HubLocation } from "./bucket_names.ts";
import { repoCasId } from "./hub_repo_reader.ts";
import type { Many } from "./many.ts";
import { listTree } from "./tree.ts";

/** A file that is to be copied. */
export interface SourceFile {
  /** Where it is in its bucket or repo. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Its media type, if the Hub keeps one. */
  readonly contentType?: string | undefined;
  /** The content's Xet hash; undefined for a file that is not in Xet. */
  readonly xetHash?: string | undefined;
  /** Reads its bytes. */
  readonly open: (signal: AbortSignal) => ReadableStream<Uint8Array>;
}

/** What a location stands for. */
export interface CopySource {
  /** Whether it is a single file, or a folder. */
  readonly kind: "file" | "folder";
  /** Its files, listed as they are asked for. */
  readonly files: Many<SourceFile>;
}

/** Git's own; it says nothing in a bucket, and `huggingface_hub` leaves it out too. */
const GIT_FILE = /(?:^|\/)\.gitattributes$/;

/** Finds out what a location stands for. */
export function findSource(
  core: BucketCore,
  location: HubLocation,
  options: CallOptions,
): Promise<CopySource> {
  return location.kind === "bucket"
    ? findInBucket(core, location, options)
    : new RepoSource(core, location, location.kind, options).find();
}

async function findInBucket(
  core: BucketCore,
  { id, path, contents }: HubLocation,
  { signal }: CallOptions,
): Promise<CopySource> {
  const file = path === "" || contents
    ? undefined
    : (await core.lookUps.find(id, [path], signal)).get(path);
  if (file !== undefined) return { kind: "file", files: [bucketFile(core, id, file)] };
  return { kind: "folder", files: filesBelow(core, id, path, signal) };
}

async function* filesBelow(
  core: BucketCore,
  id: string,
  folder: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<SourceFile, void, void> {
  const prefix = folder === "" ? undefined : `${folder}/`;
  for await (const item of listTree(core.hub, () => id, { prefix, recursive: true, signal })) {
    if (item.type === "file") yield bucketFile(core, id, item);
  }
}

function bucketFile(core: BucketCore, id: string, file: FileInfo): SourceFile {
  const { path, size, contentType, xetHash } = file;
  const content = { hash: xetHash, size };
  return {
    path,
    size,
    contentType,
    xetHash,
    open: (signal) => core.transfers.download(id, content, { signal }),
  };
}

/** A place in a model, dataset or Space. */
class RepoSource {
  readonly #core: BucketCore;
  readonly #location: HubLocation;
  readonly #repo: { readonly type: "model" | "dataset" | "space"; readonly id: string };
  readonly #signal: AbortSignal | undefined;

  constructor(
    core: BucketCore,
    location: HubLocation,
    type: "model" | "dataset" | "space",
    { signal }: CallOptions,
  ) {
    this.#core = core;
    this.#location = location;
    this.#repo = { type, id: location.id };
    this.#signal = signal;
  }

  async find(): Promise<CopySource> {
    const { hub } = this.#core;
    const { path, contents, revision = "main" } = this.#location;
    const options = { signal: this.#signal };
    // All files come from one commit, wherever the branch goes meanwhile.
    const { sha } = await hub.repoRevision(this.#repo, revision, options);
    const items = path === "" || contents
      ? []
      : await hub.repoPathsInfo(this.#repo, sha, [path], options);
    const file = items.find((item): item is RepoFile => item.type === "file");
    if (file !== undefined) return { kind: "file", files: [this.#source(file, sha)] };
    return { kind: "folder", files: this.#below(sha) };
  }

  async *#below(commit: string): AsyncGenerator<SourceFile, void, void> {
    const { path } = this.#location;
    let cursor: string | undefined;
    do {
      const page: { readonly items: readonly RepoItem[]; readonly cursor?: string } = await this
        .#core.hub.repoTreePage(this.#repo, commit, {
          path,
          recursive: true,
          cursor,
          signal: this.#signal,
        });
      for (const item of page.items) {
        if (item.type === "file" && !GIT_FILE.test(item.path)) yield this.#source(item, commit);
      }
      cursor = page.cursor;
    } while (cursor !== undefined);
  }

  #source({ path, size, oid, sha256 = oid, xetHash }: RepoFile, commit: string): SourceFile {
    const place = { repo: this.#repo, commit, path, size, oid: sha256 };
    const open = (signal: AbortSignal) =>
      xetHash === undefined
        ? this.#core.repos.read(place, { signal })
        : this.#core.transfers.download(repoCasId(this.#repo, commit), { hash: xetHash, size }, {
          signal,
        });
    return { path, size, xetHash, open };
  }
}
