/** What the hub's calls work with. */

import type { BlobFiles } from "../storage/blob_files.ts";
import type { Database } from "../storage/database.ts";
import type { Accounts } from "./accounts.ts";
import type { BucketTable } from "./bucket_table.ts";
import type { FileTable } from "./file_table.ts";
import type { ObjectTable } from "./repos/object_table.ts";
import type { RepoReader } from "./repos/repo_reader.ts";
import type { RepoTable } from "./repos/repo_table.ts";
import type { SignedUrls } from "./signed_urls.ts";

/** The hash of the empty file, which needs no registration in the CAS. */
export const EMPTY_FILE_HASH: string = "0".repeat(64);

/** A byte range of a file, both ends inclusive. */
export interface FileRange {
  /** The first byte. */
  readonly start: number;
  /** The last byte. */
  readonly end: number;
}

/** What the Hub asks its CAS about files. */
export interface ContentStore {
  /** The size of a registered file by its printed hash, or `undefined`. */
  file(hash: string): { readonly size: number } | undefined;
  /** The bytes of a registered file, or of a part of it. */
  readFile(hash: string, range?: FileRange): ReadableStream<Uint8Array>;
}

/** What a Xet access token allows; `write` includes `read`. */
export type XetScope = "read" | "write";

/** Makes an access token for the CAS. */
export type IssueXetToken = (grant: {
  readonly scope: XetScope;
  /** The bucket that it is for, as `namespace/name`, or the repo, as `datasets/namespace/name`. */
  readonly repo: string;
  /** When it ends, in seconds since 1970. */
  readonly expires: number;
}) => Promise<string> | string;

/** What tests change while a hub runs. */
export interface HubSettings {
  /** How long a Xet access token lives. */
  tokenLifetimeSeconds: number;
  /** How long a signed download URL lives. */
  urlLifetimeSeconds: number;
  /** Entries on a page of the tree when the caller sets no limit. */
  treePageSize: number;
  /** Buckets on a page of a namespace's list. */
  bucketPageSize: number;
  /** Entries on a page of a repo's tree when the caller sets no limit. */
  repoTreePageSize: number;
  /** The same with `expand`, which costs the Hub more. */
  expandedPageSize: number;
  /** Whether a file is refused whose path is a directory of another file, or lies under another file. Off: both may be. */
  refuseFileBesideDirectory: boolean;
  /** Whether deleting a path that is not there is reported in `failed`. Off: it counts as done. */
  failDeleteOfMissing: boolean;
  /** Asked for each operation of a batch: a text is the reason for which it is refused, and told in `failed`. */
  refuseOperation: (operation: { readonly kind: string; readonly path: string }) =>
    | string
    | undefined;
}

/** What the hub's calls work with. */
export interface HubContext {
  /** For transactions; its tables are `buckets` and `files`. */
  readonly database: Database;
  /** The hub's users. */
  readonly accounts: Accounts;
  /** The hub's buckets. */
  readonly buckets: BucketTable;
  /** The files of the buckets. */
  readonly files: FileTable;
  /** Models, datasets and Spaces. */
  readonly repos: RepoTable;
  /** Their directories and files. */
  readonly objects: ObjectTable;
  /** Reads them at a revision. */
  readonly reader: RepoReader;
  /** The bytes of their files that are not in Xet, by SHA-256. */
  readonly keptFiles: BlobFiles;
  /** The content of the files. */
  readonly contents: ContentStore;
  /** Makes access tokens for the CAS. */
  readonly issueXetToken: IssueXetToken;
  /** Makes and checks download URLs. */
  readonly signedUrls: SignedUrls;
  /** What tests change while the hub runs. */
  readonly settings: HubSettings;
  /** The time in milliseconds since 1970. */
  readonly now: () => number;
  /** A fresh name that cannot be guessed. */
  readonly randomId: () => string;
}
