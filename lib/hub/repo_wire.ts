import * as v from "valibot";

/** A commit that changed an entry of a repo. */
export interface LastCommit {
  /** 40 hex digits. */
  readonly id: string;
  /** The first line of its message. */
  readonly title: string;
  /** When it was made. */
  readonly date: Date;
}

/** A file of a model, a dataset or a Space. */
export interface RepoFile {
  /** Tells it from a directory. */
  readonly type: "file";
  /** Its path, no `/` at either end. */
  readonly path: string;
  /** Length of the content in bytes, also where Git holds just a pointer. */
  readonly size: number;
  /** The name that Git gives it, 40 hex digits; for a large file that of its pointer. */
  readonly oid: string;
  /** The SHA-256 of the content, 64 hex digits; absent for a file that Git holds itself. */
  readonly sha256?: string;
  /** The content's Xet hash, 64 hex digits; absent for a file that is not in Xet. */
  readonly xetHash?: string;
  /** The last commit that changed it, where it was asked for. */
  readonly lastCommit?: LastCommit;
}

/** A directory of a model, a dataset or a Space. */
export interface RepoDirectory {
  /** Tells it from a file. */
  readonly type: "directory";
  /** Its path, no `/` at either end. */
  readonly path: string;
  /** The name that Git gives it, 40 hex digits. */
  readonly oid: string;
}

/** An entry of a repo's tree. */
export type RepoItem = RepoFile | RepoDirectory;

/** A repo at a revision. */
export interface RepoRevision {
  /** `namespace/name`, or `name` alone. */
  readonly id: string;
  /** The commit that the revision names, 40 hex digits. */
  readonly sha: string;
  /** The commit's time. */
  readonly lastModified: Date;
  /** Whether only those with access see it. */
  readonly private: boolean;
  /** When the repo was created. */
  readonly createdAt?: Date;
}

/** A commit of a repo. */
export interface RepoCommit {
  /** Its name, 40 hex digits. */
  readonly sha: string;
  /** When it was made. */
  readonly date: Date;
  /** The first line of its message. */
  readonly title: string;
}

/** A repo in a list. */
export interface RepoInfo {
  /** `namespace/name`, or `name` alone. */
  readonly id: string;
  /** Whether only those with access see it. */
  readonly private: boolean;
  /** When it was created. */
  readonly createdAt?: Date;
  /** When it last changed. */
  readonly lastModified?: Date;
}

/** A branch or a tag. */
export interface RepoRef {
  /** Without what comes before, such as `main`. */
  readonly name: string;
  /** In full, such as `refs/heads/main`. */
  readonly ref: string;
  /** The commit that it names, 40 hex digits. */
  readonly targetCommit: string;
}

/** The refs of a repo. */
export interface RepoRefs {
  /** Branches. */
  readonly branches: readonly RepoRef[];
  /** Tags. */
  readonly tags: readonly RepoRef[];
  /** Branches that the Hub makes, such as `refs/convert/parquet`. */
  readonly converts: readonly RepoRef[];
}

const Text = v.pipe(v.string(), v.nonEmpty());
const Count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const Oid = v.pipe(v.string(), v.regex(/^[0-9a-f]{40}$/));
const Hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const Time = v.pipe(
  v.string(),
  v.isoTimestamp(),
  v.transform((text) => new Date(text)),
);

const LastCommitSchema = v.object({ id: Oid, title: v.string(), date: Time });

const FileSchema = v.pipe(
  v.object({
    type: v.literal("file"),
    path: Text,
    size: Count,
    oid: Oid,
    lfs: v.nullish(v.object({ oid: Hash, size: Count })),
    xetHash: v.nullish(Hash),
    lastCommit: v.nullish(LastCommitSchema),
  }),
  v.transform(({ lfs, xetHash, lastCommit, ...file }): RepoFile => ({
    ...file,
    // Of a pointer the size is told twice, and huggingface_hub believes the one with it.
    ...(lfs && { size: lfs.size, sha256: lfs.oid }),
    ...(xetHash && { xetHash }),
    ...(lastCommit && { lastCommit }),
  })),
);

const DirectorySchema = v.object({ type: v.literal("directory"), path: Text, oid: Oid });

/** `GET …/tree/{revision}` and `POST …/paths-info/{revision}`. */
export const RepoItemsSchema: v.GenericSchema<unknown, RepoItem[]> = v.array(
  v.union([FileSchema, DirectorySchema]),
);

/** `GET /api/{T}/{id}/revision/{revision}`. */
export const RevisionSchema: v.GenericSchema<unknown, RepoRevision> = v.pipe(
  v.object({
    id: Text,
    sha: Oid,
    lastModified: Time,
    private: v.boolean(),
    createdAt: v.nullish(Time),
  }),
  v.transform(({ createdAt, ...revision }): RepoRevision => ({
    ...revision,
    ...(createdAt && { createdAt }),
  })),
);

/** `GET /api/{T}/{id}/commits/{revision}`, the newest first. */
export const CommitsSchema: v.GenericSchema<unknown, RepoCommit[]> = v.array(
  v.pipe(
    v.object({ id: Oid, date: Time, title: v.string() }),
    v.transform(({ id, date, title }): RepoCommit => ({ sha: id, date, title })),
  ),
);

/** `GET /api/{T}?author=`. */
export const ReposSchema: v.GenericSchema<unknown, RepoInfo[]> = v.array(
  v.pipe(
    v.object({
      id: Text,
      private: v.boolean(),
      createdAt: v.nullish(Time),
      lastModified: v.nullish(Time),
    }),
    v.transform(({ createdAt, lastModified, ...repo }): RepoInfo => ({
      ...repo,
      ...(createdAt && { createdAt }),
      ...(lastModified && { lastModified }),
    })),
  ),
);

const RefsSchema = v.optional(
  v.array(v.object({ name: Text, ref: Text, targetCommit: Oid })),
  [],
);

/** `GET /api/{T}/{id}/refs`. */
export const RepoRefsSchema: v.GenericSchema<unknown, RepoRefs> = v.object({
  branches: RefsSchema,
  tags: RefsSchema,
  converts: RefsSchema,
});
