import type { CallOptions } from "../hub/buckets.ts";
import type { ByteSpan, ResolvedRepoFile } from "../hub/repo_content.ts";
import type { RepoName } from "../hub/repo_id.ts";
import type { RepoTreePage, RepoTreePageOptions } from "../hub/repos.ts";
import type { RepoCommit, RepoRefs, RepoRevision } from "../hub/repo_wire.ts";
import type { RepoFilePlace } from "./repo_file_stream.ts";

/** Options of a read of a repo's file. */
export interface RepoReadOptions extends CallOptions {
  /** Which bytes; all by default. */
  readonly range?: ByteSpan | undefined;
}

/** Reads models, datasets and Spaces, with the rights of one Hub token. Revisions are branches, tags, refs in full, and commits. */
export interface RepoReader {
  /** What commit a revision names, when it was made, and when the repo was. */
  revision(repo: RepoName, revision: string, options?: CallOptions): Promise<RepoRevision>;
  /** The branches and tags. */
  refs(repo: RepoName, options?: CallOptions): Promise<RepoRefs>;
  /** The commit that a revision names, with its time. */
  commit(repo: RepoName, revision: string, options?: CallOptions): Promise<RepoCommit>;
  /** The commit that a revision names and those before it, the newest first, `limit` in all. */
  commits(
    repo: RepoName,
    revision: string,
    options: CallOptions & { readonly limit: number },
  ): Promise<readonly RepoCommit[]>;
  /** The name of the commit that a revision names: by the quota of resolver calls, where the Hub says it there. */
  head(repo: RepoName, revision: string, options?: CallOptions): Promise<string>;
  /** What a file is, by the quota of resolver calls; undefined if there is none. */
  file(
    repo: RepoName,
    revision: string,
    path: string,
    options?: CallOptions,
  ): Promise<ResolvedRepoFile | undefined>;
  /** A page of the tree, in the Hub's order, which is not that of paths. */
  treePage(
    repo: RepoName,
    revision: string,
    options: RepoTreePageOptions,
  ): Promise<RepoTreePage>;
  /**
   * The bytes of a file that is not in Xet, or of a range of it; what breaks off is gone on with. The stream errors if the whole file is not
   * what its name in Git or its SHA-256 says; a range is not verified.
   */
  read(place: RepoFilePlace, options?: RepoReadOptions): ReadableStream<Uint8Array>;
}
