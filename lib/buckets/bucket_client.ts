import type { CallOptions } from "../hub/buckets.ts";
import type { BatchOperation, TreePage, TreePageOptions } from "../hub/files.ts";
import type { BucketInfo, FileInfo, TreeItem, WhoAmI } from "../hub/wire.ts";
import type { FileRecipe } from "../xet/transfer/context.ts";
import type { LazyPart, ListedFile } from "../xet/transfer/file_part.ts";
import {
  type BatchedFiles,
  batchFiles,
  type BatchFilesOptions,
  type FileChanges,
} from "./batch_files.ts";
import type { BucketClientOptions } from "./bucket_client_options.ts";
import { BucketCore } from "./bucket_core.ts";
import type { CommitOutcome } from "./commit_group.ts";
import { commitMoving, type CommitOptions } from "./refused_copies.ts";
import type { ContentName, ContentPart } from "./content_part.ts";
import { type CopiedFiles, copyFiles } from "./copy_files.ts";
import {
  type ByteRange,
  type DownloadedFile,
  downloadFile,
  type DownloadFileOptions,
  fileMetadata,
} from "./download_file.ts";
import { downloadFileTo, type DownloadFileToOptions, type LocalFile } from "./download_file_to.ts";
import { appendFile, spliceFile } from "./edit_file.ts";
import type { FileSource } from "./file_source.ts";
import type { JobOptions, UploadedFile } from "./job_options.ts";
import {
  createBucket,
  type CreatedBucket,
  type CreateOptions,
  deleteBucket,
  type DeleteOptions,
  moveBucket,
} from "./lifecycle.ts";
import type { DownloadOptions, TransferOptions } from "./transfers.ts";
import type { RepoReader } from "./repo_reader.ts";
import { streamLater } from "./stream_later.ts";
import { listTree, type ListTreeOptions } from "./tree.ts";
import { uploadFile, type UploadFileOptions } from "./upload_file.ts";

export type { BucketClientOptions };

/** Which buckets are listed. */
export interface ListOptions extends CallOptions {
  /** Whose. Default: the client's namespace. */
  readonly namespace?: string | undefined;
  /** Only those in whose names it occurs. */
  readonly search?: string | undefined;
}

/**
 * Storage Buckets of the Hugging Face Hub: buckets, listings, files and their content. Writes that
 * come together share batch calls, look-ups share paths-info calls, CAS tokens are kept, content is
 * streamed within a memory budget. One client stands for one Hub token.
 *
 * Buckets are named `namespace/name`, `name` within the client's namespace, or by their handle,
 * `hf://buckets/namespace/name`. Methods throw `HubError`, with a class for each refusal, and
 * `CasError`; content that is not what its hash says is an `XetFormatError`.
 *
 * Beside the methods that name a path there are those that name content, on which they stand:
 * {@linkcode BucketClient.upload} stores content, which nobody sees yet, and
 * {@linkcode BucketClient.commit} gives it a path.
 *
 * @example
 * ```ts
 * import { BucketClient, createEmbeddedHub } from "@hugbucket/hugbucket";
 * import { assertEquals } from "@std/assert";
 *
 * await using hub = await createEmbeddedHub();
 * await using client = new BucketClient({ token: hub.token, endpoint: hub.url });
 * const { handle } = await client.create("my-bucket", { private: true });
 * await client.uploadFile(handle, new TextEncoder().encode("hello"), "hello.txt");
 * assertEquals(await (await client.downloadFile(handle, "hello.txt")).text(), "hello");
 * ```
 */
export class BucketClient {
  /** Reads models, datasets and Spaces with the same token. */
  readonly repos: RepoReader;
  readonly #core: BucketCore;

  /**
   * Makes a client; nothing is asked of the Hub yet.
   *
   * @throws TypeError for an endpoint or a token that cannot be one.
   */
  constructor(options: BucketClientOptions) {
    this.#core = new BucketCore(options);
    this.repos = this.#core.repos;
  }

  /**
   * The namespace to work in: the one given, or else the name of the token's user.
   *
   * @example
   * ```ts
   * import { BucketClient, createEmbeddedHub } from "@hugbucket/hugbucket";
   * import { assertEquals } from "@std/assert";
   *
   * await using hub = await createEmbeddedHub();
   * await using client = new BucketClient({ token: hub.token, endpoint: hub.url });
   * assertEquals(await client.namespace(), "local");
   * ```
   */
  async namespace(options: CallOptions = {}): Promise<string> {
    return await this.#core.namespace(options);
  }

  /**
   * Whose the token is; asked of the Hub once.
   *
   * @example
   * ```ts
   * import { BucketClient, createEmbeddedHub } from "@hugbucket/hugbucket";
   * import { assertEquals } from "@std/assert";
   *
   * await using hub = await createEmbeddedHub();
   * await using client = new BucketClient({ token: hub.token, endpoint: hub.url });
   * assertEquals((await client.whoAmI()).name, "local");
   * ```
   */
  async whoAmI(options: CallOptions = {}): Promise<WhoAmI> {
    this.#core.checkOpen();
    return await this.#core.whoAmI(options);
  }

  /**
   * Creates a bucket.
   *
   * @param name `namespace/name`, or a bare name.
   * @throws BucketExistsError if there is one, unless `existOk`.
   *
   * @example
   * ```ts
   * import { BucketClient, createEmbeddedHub } from "@hugbucket/hugbucket";
   * import { assertEquals } from "@std/assert";
   *
   * await using hub = await createEmbeddedHub();
   * await using client = new BucketClient({ token: hub.token, endpoint: hub.url });
   * const { id, handle } = await client.create("my-bucket", { private: true, existOk: true });
   * assertEquals([id, handle], ["local/my-bucket", "hf://buckets/local/my-bucket"]);
   * ```
   */
  async create(name: string, options: CreateOptions = {}): Promise<CreatedBucket> {
    const { namespace } = options;
    const isBare = namespace !== undefined && !name.includes("/");
    const id = await this.#core.idOf(isBare ? `${namespace}/${name}` : name, options);
    if (namespace !== undefined && !id.startsWith(`${namespace}/`)) {
      throw new TypeError(`The bucket ${id} is not in the namespace ${namespace}`);
    }
    return await createBucket(this.#core.hub, id, options);
  }

  /**
   * Describes a bucket.
   *
   * @throws BucketNotFoundError
   *
   * @example
   * ```ts
   * import { BucketClient, createEmbeddedHub } from "@hugbucket/hugbucket";
   * import { assertEquals } from "@std/assert";
   *
   * await using hub = await createEmbeddedHub();
   * await using client = new BucketClient({ token: hub.token, endpoint: hub.url });
   * await client.create("my-bucket");
   * await client.uploadFile("my-bucket", new TextEncoder().encode("hello"), "hello.txt");
   * const { size, totalFiles } = await client.info("my-bucket");
   * assertEquals([size, totalFiles], [5, 1]);
   * ```
   */
  async info(name: string, options: CallOptions = {}): Promise<BucketInfo> {
    return await this.#core.on(name, options, (id) => this.#core.hub.bucketInfo(id, options));
  }

  /**
   * The buckets of a namespace that the token may see, in the Hub's order, page by page.
   *
   * @example
   * ```ts
   * import { BucketClient, createEmbeddedHub } from "@hugbucket/hugbucket";
   * import { assertEquals } from "@std/assert";
   *
   * await using hub = await createEmbeddedHub();
   * await using client = new BucketClient({ token: hub.token, endpoint: hub.url });
   * await client.create("my-bucket");
   * await client.create("other");
   * const ids = [];
   * for await (const { id } of client.list({ search: "my-" })) ids.push(id);
   * assertEquals(ids, ["local/my-bucket"]);
   * ```
   */
  async *list(options: ListOptions = {}): AsyncGenerator<BucketInfo, void, void> {
    this.#core.checkOpen();
    const namespace = options.namespace ?? await this.#core.namespace(options);
    yield* this.#core.hub.listBuckets(namespace, options);
  }

  /**
   * Deletes a bucket with all its files.
   *
   * @returns Whether it was there; `false` only with `missingOk`.
   * @throws BucketNotFoundError if there is none, unless `missingOk`.
   *
   * @example
   * ```ts
   * import { BucketClient, createEmbeddedHub } from "@hugbucket/hugbucket";
   * import { assertEquals } from "@std/assert";
   *
   * await using hub = await createEmbeddedHub();
   * await using client = new BucketClient({ token: hub.token, endpoint: hub.url });
   * await client.create("my-bucket");
   * assertEquals(await client.delete("my-bucket"), true);
   * assertEquals(await client.delete("my-bucket", { missingOk: true }), false);
   * ```
   */
  async delete(name: string, options: DeleteOptions = {}): Promise<boolean> {
    return await this.#core.on(name, options, async (id) => {
      const deleted = await deleteBucket(this.#core.hub, id, options);
      this.#core.tokens.forget(id);
      return deleted;
    });
  }

  /**
   * Renames a bucket, or moves it to another namespace.
   *
   * @example
   * ```ts
   * import { BucketClient, createEmbeddedHub } from "@hugbucket/hugbucket";
   * import { assertEquals } from "@std/assert";
   *
   * await using hub = await createEmbeddedHub();
   * await using client = new BucketClient({ token: hub.token, endpoint: hub.url });
   * await client.create("my-bucket");
   * await client.move("my-bucket", "renamed");
   * assertEquals((await client.info("renamed")).id, "local/renamed");
   * ```
   */
  async move(from: string, to: string, options: CallOptions = {}): Promise<void> {
    const [id, target] = [
      await this.#core.idOf(from, options),
      await this.#core.idOf(to, options),
    ];
    await moveBucket(this.#core.hub, id, target, options);
    this.#core.tokens.forget(id);
  }

  /**
   * Makes a bucket private or public.
   *
   * @example
   * ```ts
   * import { BucketClient, createEmbeddedHub } from "@hugbucket/hugbucket";
   * import { assertEquals } from "@std/assert";
   *
   * await using hub = await createEmbeddedHub();
   * await using client = new BucketClient({ token: hub.token, endpoint: hub.url });
   * await client.create("my-bucket");
   * await client.setVisibility("my-bucket", "private");
   * assertEquals((await client.info("my-bucket")).private, true);
   * ```
   */
  async setVisibility(
    name: string,
    visibility: "private" | "public",
    options: CallOptions = {},
  ): Promise<void> {
    const settings = { private: visibility === "private" };
    await this.#core.on(
      name,
      options,
      (id) => this.#core.hub.updateSettings(id, settings, options),
    );
  }

  /**
   * Lists files whose paths begin with a prefix, in the Hub's order, page by page as they are asked
   * for; without `recursive` the files and directories one level down.
   *
   * @example
   * ```ts
   * import { BucketClient, createEmbeddedHub } from "@hugbucket/hugbucket";
   * import { assertEquals } from "@std/assert";
   *
   * await using hub = await createEmbeddedHub();
   * await using client = new BucketClient({ token: hub.token, endpoint: hub.url });
   * await client.create("my-bucket");
   * const empty = new Uint8Array();
   * await client.batchFiles("my-bucket", {
   *   add: ["a.txt", "dir/b.txt"].map((path) => ({ source: empty, path })),
   * });
   * const paths = [];
   * for await (const { path } of client.listTree("my-bucket")) paths.push(path);
   * assertEquals(paths, ["a.txt", "dir/b.txt"]);
   * ```
   */
  listTree(name: string, options: ListTreeOptions = {}): AsyncGenerator<TreeItem, void, void> {
    this.#core.checkOpen();
    return listTree(this.#core.hub, () => this.#core.idOf(name, options), options);
  }

  /**
   * One page of a listing, and the cursor of the next.
   *
   * @example
   * ```ts
   * import { BucketClient, createEmbeddedHub } from "@hugbucket/hugbucket";
   * import { assertEquals } from "@std/assert";
   *
   * await using hub = await createEmbeddedHub();
   * await using client = new BucketClient({ token: hub.token, endpoint: hub.url });
   * await client.create("my-bucket");
   * const page = await client.treePage("my-bucket", { recursive: true, limit: 100 });
   * assertEquals(page, { items: [] });
   * ```
   */
  async treePage(name: string, options: TreePageOptions): Promise<TreePage> {
    return await this.#core.on(name, options, (id) => this.#core.hub.treePage(id, options));
  }

  /**
   * What is at paths, any number of them; no entry where there is no file. Look-ups of one bucket
   * that come together share calls; the first of them does not wait for others.
   *
   * @example
   * ```ts
   * import { BucketClient, createEmbeddedHub } from "@hugbucket/hugbucket";
   * import { assertEquals } from "@std/assert";
   *
   * await using hub = await createEmbeddedHub();
   * await using client = new BucketClient({ token: hub.token, endpoint: hub.url });
   * await client.create("my-bucket");
   * await client.uploadFile("my-bucket", new TextEncoder().encode("hello"), "hello.txt");
   * const files = await client.pathsInfo("my-bucket", ["hello.txt", "missing.txt"]);
   * assertEquals([...files.keys()], ["hello.txt"]);
   * ```
   */
  async pathsInfo(
    name: string,
    paths: readonly string[],
    options: CallOptions = {},
  ): Promise<Map<string, FileInfo>> {
    const { signal } = options;
    return await this.#core.on(name, options, (id) => this.#core.lookUps.find(id, paths, signal));
  }

  /**
   * What the Hub knows of a file.
   *
   * @throws EntryNotFoundError if there is none.
   *
   * @example
   * ```ts
   * import { BucketClient, createEmbeddedHub, EntryNotFoundError } from "@hugbucket/hugbucket";
   * import { assertEquals, assertRejects } from "@std/assert";
   *
   * await using hub = await createEmbeddedHub();
   * await using client = new BucketClient({ token: hub.token, endpoint: hub.url });
   * await client.create("my-bucket");
   * await assertRejects(() => client.fileMetadata("my-bucket", "hello.txt"), EntryNotFoundError);
   * await client.uploadFile("my-bucket", new TextEncoder().encode("hello"), "hello.txt");
   * assertEquals((await client.fileMetadata("my-bucket", "hello.txt")).size, 5);
   * ```
   */
  async fileMetadata(name: string, path: string, options: CallOptions = {}): Promise<FileInfo> {
    return await this.#core.on(
      name,
      options,
      (id) => fileMetadata(this.#core, id, path, options),
    );
  }

  /**
   * Puts a file into a bucket, in place of what was there. It is sent while it is read, and only what
   * the CAS does not have; it is seen when all of it is there.
   *
   * @param name The bucket.
   * @param source A local path, bytes, a Blob, or a stream of any length.
   * @param path Where it goes.
   *
   * @example
   * ```ts
   * import { BucketClient, createEmbeddedHub } from "@hugbucket/hugbucket";
   * import { assertEquals } from "@std/assert";
   *
   * await using hub = await createEmbeddedHub();
   * await using client = new BucketClient({ token: hub.token, endpoint: hub.url });
   * await client.create("my-bucket");
   * const source = new Blob(["step 1: loss 0.5"]).stream();
   * const { hash, size } = await client.uploadFile("my-bucket", source, "logs/train.txt", {
   *   contentType: "text/plain",
   *   onProgress: ({ bytesHashed, bytesSent }) => console.debug(bytesHashed, bytesSent),
   * });
   * assertEquals([hash.length, size], [64, 16]);
   * ```
   */
  async uploadFile(
    name: string,
    source: FileSource,
    path: string,
    options: UploadFileOptions = {},
  ): Promise<UploadedFile> {
    return await this.#core.on(
      name,
      options,
      (id) => uploadFile(this.#core, id, source, path, options),
    );
  }

  /**
   * Looks a file up to read it. Its bytes are fetched when they are read, what breaks off is gone on
   * with, and a file that is read whole is verified.
   *
   * @throws EntryNotFoundError if there is none; RangeError if the range begins beyond its end.
   *
   * @example
   * ```ts
   * import { BucketClient, createEmbeddedHub } from "@hugbucket/hugbucket";
   * import { assertEquals } from "@std/assert";
   *
   * await using hub = await createEmbeddedHub();
   * await using client = new BucketClient({ token: hub.token, endpoint: hub.url });
   * await client.create("my-bucket");
   * await client.uploadFile("my-bucket", new TextEncoder().encode("hello world"), "hello.txt");
   * const file = await client.downloadFile("my-bucket", "hello.txt", { range: { start: 6 } });
   * assertEquals([file.size, await file.text()], [11, "world"]);
   * ```
   */
  async downloadFile(
    name: string,
    path: string,
    options: DownloadFileOptions = {},
  ): Promise<DownloadedFile> {
    return await this.#core.on(
      name,
      options,
      (id) => downloadFile(this.#core, id, path, options),
    );
  }

  /**
   * Downloads a file to a local path. It is written beside it and renamed when it is whole and verified;
   * what an interrupted attempt has left of the same content is continued. Needs a file system.
   *
   * @throws EntryNotFoundError if there is none.
   *
   * @example
   * ```ts
   * import { BucketClient, createEmbeddedHub } from "@hugbucket/hugbucket";
   * import { assertEquals } from "@std/assert";
   *
   * await using hub = await createEmbeddedHub();
   * await using client = new BucketClient({ token: hub.token, endpoint: hub.url });
   * await client.create("my-bucket");
   * await client.uploadFile("my-bucket", new TextEncoder().encode("hello"), "hello.txt");
   * const directory = await Deno.makeTempDir();
   * await client.downloadFileTo("my-bucket", "hello.txt", `${directory}/hello.txt`);
   * assertEquals(await Deno.readTextFile(`${directory}/hello.txt`), "hello");
   * await Deno.remove(directory, { recursive: true });
   * ```
   */
  async downloadFileTo(
    name: string,
    path: string,
    localPath: string | URL,
    options: DownloadFileToOptions = {},
  ): Promise<LocalFile> {
    return await this.#core.on(
      name,
      options,
      (id) => downloadFileTo(this.#core, id, path, localPath, options),
    );
  }

  /**
   * Adds and deletes any number of files: several uploads at once, as few batches as hold them. What
   * fails is told path by path, and the rest is done.
   *
   * @throws HubError if nothing could be done at all: no such bucket, no right to write.
   *
   * @example
   * ```ts
   * import { BucketClient, createEmbeddedHub } from "@hugbucket/hugbucket";
   * import { assertEquals } from "@std/assert";
   *
   * await using hub = await createEmbeddedHub();
   * await using client = new BucketClient({ token: hub.token, endpoint: hub.url });
   * await client.create("my-bucket");
   * const { added, deleted, failed } = await client.batchFiles("my-bucket", {
   *   add: [1, 2, 3].map((n) => ({ source: new TextEncoder().encode(`${n}`), path: `${n}.txt` })),
   *   delete: ["old.txt"],
   * });
   * assertEquals([added.length, deleted, failed], [3, ["old.txt"], []]);
   * ```
   */
  async batchFiles(
    name: string,
    changes: FileChanges,
    options: BatchFilesOptions = {},
  ): Promise<BatchedFiles> {
    return await this.#core.on(
      name,
      options,
      (id) => batchFiles(this.#core, id, changes, options),
    );
  }

  /**
   * Copies a file or a folder from a bucket, model, dataset or Space into a bucket. No bytes move where
   * the content is in Xet and stored in the same region; other files are downloaded and uploaded.
   *
   * A folder that is written without a slash at its end goes as a folder into one that exists, as with
   * `cp -r`; with one, or to a new place, only what is in it.
   *
   * @param source As in `hf://datasets/namespace/name@revision/path`, `hf://buckets/namespace/name/path`.
   * @param destination As in `hf://buckets/namespace/name/path`.
   * @throws EntryNotFoundError if there is nothing at the source.
   *
   * @example
   * ```ts
   * import { BucketClient, createEmbeddedHub } from "@hugbucket/hugbucket";
   * import { assertEquals } from "@std/assert";
   *
   * await using hub = await createEmbeddedHub();
   * await using client = new BucketClient({ token: hub.token, endpoint: hub.url });
   * await client.create("my-bucket");
   * await client.create("backup");
   * await client.uploadFile("my-bucket", new TextEncoder().encode("hello"), "docs/hello.txt");
   * const { copied } = await client.copyFiles(
   *   "hf://buckets/local/my-bucket/docs/",
   *   "hf://buckets/local/backup/2026/",
   * );
   * assertEquals(copied.map(({ path }) => path), ["2026/hello.txt"]);
   * ```
   */
  async copyFiles(
    source: string,
    destination: string,
    options: JobOptions = {},
  ): Promise<CopiedFiles> {
    this.#core.checkOpen();
    return await copyFiles(this.#core, source, destination, options);
  }

  /**
   * Puts content behind that of a file; a file that is not there is made. Only what is new is sent.
   * Whoever else writes the file at the same time may undo it, or be undone.
   *
   * @example
   * ```ts
   * import { BucketClient, createEmbeddedHub } from "@hugbucket/hugbucket";
   * import { assertEquals } from "@std/assert";
   *
   * await using hub = await createEmbeddedHub();
   * await using client = new BucketClient({ token: hub.token, endpoint: hub.url });
   * await client.create("my-bucket");
   * await client.appendFile("my-bucket", "log", new TextEncoder().encode("one\n"));
   * await client.appendFile("my-bucket", "log", new TextEncoder().encode("two\n"));
   * assertEquals(await (await client.downloadFile("my-bucket", "log")).text(), "one\ntwo\n");
   * ```
   */
  async appendFile(
    name: string,
    path: string,
    source: FileSource,
    options: UploadFileOptions = {},
  ): Promise<UploadedFile> {
    return await this.#core.on(
      name,
      options,
      (id) => appendFile(this.#core, id, path, source, options),
    );
  }

  /**
   * Puts content in the place of a range of a file: an empty range inserts, empty content removes. Only
   * what is new is sent. Whoever else writes the file at the same time may undo it, or be undone.
   *
   * @throws EntryNotFoundError if there is no such file; RangeError if it is shorter than the range's start.
   *
   * @example
   * ```ts
   * import { BucketClient, createEmbeddedHub } from "@hugbucket/hugbucket";
   * import { assertEquals } from "@std/assert";
   *
   * await using hub = await createEmbeddedHub();
   * await using client = new BucketClient({ token: hub.token, endpoint: hub.url });
   * await client.create("my-bucket");
   * await client.uploadFile("my-bucket", new TextEncoder().encode("hello world"), "hello.txt");
   * const source = new TextEncoder().encode("there");
   * await client.spliceFile("my-bucket", "hello.txt", { start: 6, end: 11 }, source);
   * assertEquals(await (await client.downloadFile("my-bucket", "hello.txt")).text(), "hello there");
   * ```
   */
  async spliceFile(
    name: string,
    path: string,
    range: ByteRange,
    source: FileSource,
    options: UploadFileOptions = {},
  ): Promise<UploadedFile> {
    return await this.#core.on(
      name,
      options,
      (id) => spliceFile(this.#core, id, path, range, source, options),
    );
  }

  /**
   * Applies operations, each for itself and all in the same batch. Commits to one bucket that come
   * together share batches; the first of them does not wait for others.
   *
   * @param name The bucket.
   * @param operations At most 1,000, no path twice.
   * @param options Whether copies that the Hub refuses are done by moving bytes; what is to hold when they are sent.
   * @returns What became of each, in order. A delete of what is not there counts as applied.
   * @throws HubError when nothing was applied, or, with `outcomeUnknown`, when that cannot be told.
   *
   * @example
   * ```ts
   * import { BucketClient, createEmbeddedHub } from "@hugbucket/hugbucket";
   * import { assertEquals } from "@std/assert";
   *
   * await using hub = await createEmbeddedHub();
   * await using client = new BucketClient({ token: hub.token, endpoint: hub.url });
   * await client.create("my-bucket");
   * const { hash } = await client.upload("my-bucket", new Blob(["hello"]).stream());
   * const outcomes = await client.commit("my-bucket", [
   *   { type: "addFile", path: "hello.txt", xetHash: hash, mtime: Date.now() },
   *   { type: "deleteFile", path: "old.txt" },
   * ]);
   * assertEquals(outcomes.map(({ kind }) => kind), ["applied", "applied"]);
   * ```
   */
  async commit(
    name: string,
    operations: readonly BatchOperation[],
    options: CommitOptions = {},
  ): Promise<readonly CommitOutcome[]> {
    return await this.#core.on(
      name,
      {},
      (id) =>
        options.moveRefused
          ? commitMoving(this.#core, id, operations, options)
          : this.#core.committer.commit(id, operations, options),
    );
  }

  /**
   * Stores content while it arrives. Nobody sees it until a commit gives it a path.
   *
   * @example
   * ```ts
   * import { BucketClient, createEmbeddedHub } from "@hugbucket/hugbucket";
   * import { assertEquals } from "@std/assert";
   *
   * await using hub = await createEmbeddedHub();
   * await using client = new BucketClient({ token: hub.token, endpoint: hub.url });
   * await client.create("my-bucket");
   * const { hash, size } = await client.upload("my-bucket", new Blob(["hello"]).stream());
   * assertEquals([hash.length, size], [64, 5]);
   * ```
   */
  async upload(
    name: string,
    body: ReadableStream<Uint8Array>,
    options: TransferOptions = {},
  ): Promise<FileRecipe> {
    return await this.#core.on(
      name,
      options,
      (id) => this.#core.transfers.upload(id, body, options),
    );
  }

  /**
   * Stores content made of others, in order, with the hash that it would have in one piece. Parts are
   * what `upload` or `storeRecipe` gave, or ranges of content that some bucket holds; only bytes at
   * their borders are moved.
   *
   * @example
   * ```ts
   * import { BucketClient, createEmbeddedHub } from "@hugbucket/hugbucket";
   * import { assertEquals } from "@std/assert";
   *
   * await using hub = await createEmbeddedHub();
   * await using client = new BucketClient({ token: hub.token, endpoint: hub.url });
   * await client.create("my-bucket");
   * const first = await client.upload("my-bucket", new Blob(["hello "]).stream());
   * const second = await client.upload("my-bucket", new Blob(["world"]).stream());
   * const content = await client.compose("my-bucket", [first, second]);
   * const stream = client.download("my-bucket", content);
   * assertEquals(await new Response(stream).text(), "hello world");
   * ```
   */
  async compose(
    name: string,
    parts: readonly (ContentPart | LazyPart)[],
    options: TransferOptions = {},
  ): Promise<ContentName> {
    return await this.#core.on(
      name,
      options,
      (id) => this.#core.transfers.compose(id, parts, options),
    );
  }

  /**
   * Keeps what `upload` gave in the CAS: about 40 bytes for each 64 KiB that need not be kept elsewhere.
   *
   * @example
   * ```ts
   * import { BucketClient, createEmbeddedHub } from "@hugbucket/hugbucket";
   * import { assertEquals } from "@std/assert";
   *
   * await using hub = await createEmbeddedHub();
   * await using client = new BucketClient({ token: hub.token, endpoint: hub.url });
   * await client.create("my-bucket");
   * const recipe = await client.upload("my-bucket", new Blob(["hello"]).stream());
   * const listed = await client.storeRecipe("my-bucket", recipe);
   * const content = await client.compose("my-bucket", [listed]);
   * assertEquals(content.hash, recipe.hash);
   * ```
   */
  async storeRecipe(
    name: string,
    recipe: FileRecipe,
    options: TransferOptions = {},
  ): Promise<ListedFile> {
    return await this.#core.on(
      name,
      options,
      (id) => this.#core.transfers.storeRecipe(id, recipe, options),
    );
  }

  /**
   * Reads content or a range of it. The stream errors if the bytes are not what the hash says.
   *
   * @example
   * ```ts
   * import { BucketClient, createEmbeddedHub } from "@hugbucket/hugbucket";
   * import { assertEquals } from "@std/assert";
   *
   * await using hub = await createEmbeddedHub();
   * await using client = new BucketClient({ token: hub.token, endpoint: hub.url });
   * await client.create("my-bucket");
   * const { hash, size } = await client.upload("my-bucket", new Blob(["hello"]).stream());
   * const range = { first: 1, last: 3 };
   * const stream = client.download("my-bucket", { hash, size }, { range });
   * assertEquals(await new Response(stream).text(), "ell");
   * ```
   */
  download(
    name: string,
    content: ContentName,
    options: DownloadOptions = {},
  ): ReadableStream<Uint8Array> {
    const id = this.#core.idOf(name, options);
    if (typeof id === "string") return this.#core.transfers.download(id, content, options);
    return streamLater(
      id.then((known) => this.#core.transfers.download(known, content, options)),
    );
  }

  /**
   * The Hub's own URL of a file's content, which anybody can read for a while without a token. Asks by
   * the quota of resolver calls.
   *
   * @param name The bucket.
   * @param path The file.
   * @param hash The content that is meant.
   * @returns Undefined if the path holds other content by now, or the Hub names no URL.
   *
   * @example
   * ```ts
   * import { BucketClient, createEmbeddedHub } from "@hugbucket/hugbucket";
   * import { assertEquals } from "@std/assert";
   *
   * await using hub = await createEmbeddedHub();
   * await using client = new BucketClient({ token: hub.token, endpoint: hub.url });
   * await client.create("my-bucket");
   * const text = new TextEncoder().encode("hello");
   * const { hash } = await client.uploadFile("my-bucket", text, "hello.txt");
   * const url = await client.locate("my-bucket", "hello.txt", hash);
   * assertEquals(await (await fetch(url ?? "")).text(), "hello");
   * ```
   */
  async locate(
    name: string,
    path: string,
    hash: string,
    options: CallOptions = {},
  ): Promise<string | undefined> {
    const file = await this.#core.on(
      name,
      options,
      (id) => this.#core.hub.resolveFile(id, path, options),
    );
    return file?.xetHash === hash ? file.location : undefined;
  }

  /**
   * Takes no more calls, waits for the commits and look-ups under way, closes connections.
   *
   * @example
   * ```ts
   * import { BucketClient, createEmbeddedHub } from "@hugbucket/hugbucket";
   * import { assertRejects } from "@std/assert";
   *
   * await using hub = await createEmbeddedHub();
   * await using client = new BucketClient({ token: hub.token, endpoint: hub.url });
   * await client.close();
   * await assertRejects(() => client.info("my-bucket"), TypeError);
   * ```
   */
  async close(): Promise<void> {
    await this.#core.close();
  }

  /** The same as `close`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
