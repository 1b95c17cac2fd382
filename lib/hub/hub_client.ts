import * as buckets from "./buckets.ts";
import type { CallOptions, NewBucketOptions } from "./buckets.ts";
import * as content from "./content.ts";
import type { ResolvedFile } from "./content.ts";
import * as files from "./files.ts";
import type { BatchFailure, BatchOperation, TreePage, TreePageOptions } from "./files.ts";
import * as repoContent from "./repo_content.ts";
import type { OpenedFile, OpenOptions, ResolvedRepoFile } from "./repo_content.ts";
import type { RepoName, RepoType } from "./repo_id.ts";
import * as repos from "./repos.ts";
import type { RepoTreePage, RepoTreePageOptions } from "./repos.ts";
import type { RepoCommit, RepoInfo, RepoItem, RepoRefs, RepoRevision } from "./repo_wire.ts";
import { Transport, type TransportOptions } from "./transport.ts";
import type { BucketInfo, FileInfo, WhoAmI, XetToken } from "./wire.ts";

/** What a {@linkcode HubClient} is given. */
export type HubClientOptions = TransportOptions;

/**
 * The Hub's HTTP API for Storage Buckets, one method for each call, with one token. Knows nothing of
 * Xet or S3, keeps no state but what is left of the quota, and changes nothing twice: see `outcomeUnknown` of `HubError`, which
 * every method may throw.
 *
 * Bucket ids are `namespace/name`; a malformed one is a `TypeError`, without a call.
 */
export class HubClient {
  readonly #transport: Transport;

  /**
   * Makes a client; nothing is asked of the Hub yet.
   *
   * @throws TypeError for an endpoint or a token that cannot be one.
   */
  constructor(options: HubClientOptions) {
    this.#transport = new Transport(options);
  }

  /** The Hub's base URL, without a slash at its end. */
  get endpoint(): string {
    return this.#transport.base;
  }

  /**
   * How long a call that others may still join should wait, in milliseconds, for the quota to last; 0 while
   * enough is left of it, and for a call that comes alone.
   */
  pace(): number {
    return this.#transport.pace();
  }

  /** Whose the token is. */
  whoAmI(options: CallOptions = {}): Promise<WhoAmI> {
    return buckets.whoAmI(this.#transport, options);
  }

  /** Creates a bucket; `conflict` if there is one. Namespace `me` is the caller's. */
  createBucket(
    namespace: string,
    name: string,
    options: NewBucketOptions = {},
  ): Promise<{ readonly url: string }> {
    return buckets.createBucket(this.#transport, `${namespace}/${name}`, options);
  }

  /** Describes a bucket. */
  bucketInfo(id: string, options: CallOptions = {}): Promise<BucketInfo> {
    return buckets.bucketInfo(this.#transport, id, options);
  }

  /** The buckets of a namespace that the token may see, page by page as they are asked for. */
  listBuckets(
    namespace: string,
    options: CallOptions & { readonly search?: string | undefined } = {},
  ): AsyncGenerator<BucketInfo, void, void> {
    return buckets.listBuckets(this.#transport, namespace, options);
  }

  /** Deletes a bucket with all its files. */
  deleteBucket(id: string, options: CallOptions = {}): Promise<void> {
    return buckets.deleteBucket(this.#transport, id, options);
  }

  /** Makes a bucket private or public. */
  updateSettings(
    id: string,
    settings: { readonly private: boolean },
    options: CallOptions = {},
  ): Promise<void> {
    return buckets.updateSettings(this.#transport, id, settings, options);
  }

  /** Renames a bucket, or moves it to another namespace. */
  moveBucket(from: string, to: string, options: CallOptions = {}): Promise<void> {
    return buckets.moveBucket(this.#transport, from, to, options);
  }

  /** One page of a listing. */
  treePage(id: string, options: TreePageOptions): Promise<TreePage> {
    return files.treePage(this.#transport, id, options);
  }

  /** What is at the paths, at most 1,000; those with no file are left out. */
  pathsInfo(
    id: string,
    paths: readonly string[],
    options: CallOptions = {},
  ): Promise<FileInfo[]> {
    return files.pathsInfo(this.#transport, id, paths, options);
  }

  /** Applies at most 1,000 changes, each for itself; no path twice. */
  batch(
    id: string,
    operations: readonly BatchOperation[],
  ): Promise<{ readonly failed: readonly BatchFailure[] }> {
    return files.batch(this.#transport, id, operations);
  }

  /** A token for the CAS. */
  xetToken(id: string, scope: "read" | "write", options: CallOptions = {}): Promise<XetToken> {
    return content.xetToken(this.#transport, id, scope, options);
  }

  /** What the file at a path holds, by the quota of resolver calls. */
  resolveFile(
    id: string,
    path: string,
    options: CallOptions = {},
  ): Promise<ResolvedFile | undefined> {
    return content.resolveFile(this.#transport, id, path, options);
  }

  /** What commit a revision of a repo names, and when it was made. */
  repoRevision(
    repo: RepoName,
    revision: string,
    options: CallOptions = {},
  ): Promise<RepoRevision> {
    return repos.repoRevision(this.#transport, repo, revision, options);
  }

  /** The commit that a revision of a repo names, and its time. */
  repoCommit(repo: RepoName, revision: string, options: CallOptions = {}): Promise<RepoCommit> {
    return repos.repoCommit(this.#transport, repo, revision, options);
  }

  /** The commit that a revision names and those before it, the newest first, `limit` in all. */
  repoCommits(
    repo: RepoName,
    revision: string,
    options: CallOptions & { readonly limit: number },
  ): Promise<RepoCommit[]> {
    return repos.repoCommits(this.#transport, repo, revision, options);
  }

  /** The commit that a revision of a repo names, by the quota of resolver calls. */
  resolveRepoCommit(
    repo: RepoName,
    revision: string,
    options: CallOptions = {},
  ): Promise<string | undefined> {
    return repoContent.resolveRepoCommit(this.#transport, repo, revision, options);
  }

  /** The branches and tags of a repo. */
  repoRefs(repo: RepoName, options: CallOptions = {}): Promise<RepoRefs> {
    return repos.repoRefs(this.#transport, repo, options);
  }

  /** The repos of a namespace that the token may see, page by page as they are asked for. */
  listRepos(
    type: RepoType,
    namespace: string,
    options: CallOptions = {},
  ): AsyncGenerator<RepoInfo, void, void> {
    return repos.listRepos(this.#transport, type, namespace, options);
  }

  /** One page of a repo's tree. */
  repoTreePage(
    repo: RepoName,
    revision: string,
    options: RepoTreePageOptions,
  ): Promise<RepoTreePage> {
    return repos.repoTreePage(this.#transport, repo, revision, options);
  }

  /** What is at the paths of a repo, at most 1,000; those with nothing are left out. */
  repoPathsInfo(
    repo: RepoName,
    revision: string,
    paths: readonly string[],
    options: CallOptions & { readonly expand?: boolean | undefined } = {},
  ): Promise<RepoItem[]> {
    return repos.repoPathsInfo(this.#transport, repo, revision, paths, options);
  }

  /** A token to read a repo's files from the CAS. */
  repoXetToken(repo: RepoName, revision: string, options: CallOptions = {}): Promise<XetToken> {
    return repos.repoXetToken(this.#transport, repo, revision, options);
  }

  /** What a file of a repo is at a revision, and which commit that is, by the quota of resolver calls. */
  resolveRepoFile(
    repo: RepoName,
    revision: string,
    path: string,
    options: CallOptions = {},
  ): Promise<ResolvedRepoFile | undefined> {
    return repoContent.resolveRepoFile(this.#transport, repo, revision, path, options);
  }

  /** The bytes of a file of a repo by the quota of resolver calls, for those that are not in Xet. */
  openRepoFile(
    repo: RepoName,
    revision: string,
    path: string,
    options: OpenOptions = {},
  ): Promise<OpenedFile> {
    return repoContent.openRepoFile(this.#transport, repo, revision, path, options);
  }
}
