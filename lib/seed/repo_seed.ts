/** What a model, dataset or Space repo of an embedded hub is made of. */

import type { Gate } from "../embedded_hub/hub/repos/repo_table.ts";

export type { Gate };

/**
 * Where the bytes of a repo's file are: in Git itself (small files), in LFS and never brought to Xet (large files of old repos), or in
 * Xet.
 */
export type FileStorage = "git" | "lfs" | "xet";

/** A commit that an embedded hub is to have, with the repo that it is in. */
export interface RepoSeed {
  /** What kind of repo it is. */
  readonly type: "model" | "dataset" | "space";
  /** `namespace/name`, or `name` alone for a repo without a namespace. */
  readonly id: string;
  /** A folder on disk; the repo holds at this commit what is in it and in {@linkcode files}, and nothing else. */
  readonly folder?: string;
  /** Files by their paths. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** The branch that the commit is made on; `main` unless given. Another one begins at `main`'s commit. */
  readonly branch?: string;
  /** A tag that names the commit. */
  readonly tag?: string;
  /** The commit's message. */
  readonly title?: string;
  /** The commit's time in milliseconds since 1970; the hub's present unless given. */
  readonly date?: number;
  /** Whether only the namespace's members see the repo; false unless given. */
  readonly private?: boolean;
  /** Whether its files are for those only who were granted access; not, unless given. */
  readonly gated?: Gate;
  /** The users who were granted access to a gated repo, besides the namespace's members. */
  readonly grantedTo?: readonly string[];
  /** Files of so many bytes and more are kept outside Git; 65,536 unless given. */
  readonly largeFileBytes?: number;
  /** Where files outside Git are kept: `xet` unless given. */
  readonly largeFiles?: "lfs" | "xet";
  /** Where each file is kept, instead of by its size. */
  readonly storage?: (path: string, size: number) => FileStorage;
}

/** What {@linkcode RepoSeed} leads to. */
export interface SeededRepo {
  /** The name of the branch's commit, which is the old one where nothing has changed. */
  readonly commit: string;
}
