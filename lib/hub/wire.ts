import * as v from "valibot";

/** Who the token belongs to. */
export interface WhoAmI {
  /** The account's name, which is its namespace. */
  readonly name: string;
  /** The account's id. */
  readonly id?: string;
  /** `user` or `org`. */
  readonly type: string;
  /** Organisations that it belongs to. */
  readonly orgs: readonly { readonly name: string; readonly id?: string }[];
  /** What the token may do: `read`, `write`, `fineGrained`, … */
  readonly role?: string;
}

/** A bucket as the Hub describes it. */
export interface BucketInfo {
  /** `namespace/name`. */
  readonly id: string;
  /** Whether only those with access see it. */
  readonly private: boolean;
  /** When it was created. */
  readonly createdAt: Date;
  /** When it last changed; the Hub moves it with each change of a file. */
  readonly updatedAt?: Date;
  /** Bytes in all files; may lag. */
  readonly size?: number;
  /** How many files; may lag. */
  readonly totalFiles?: number;
}

/** A file of a bucket. */
export interface FileInfo {
  /** Tells it from a directory. */
  readonly type: "file";
  /** Its path, no `/` at either end. */
  readonly path: string;
  /** Length in bytes. */
  readonly size: number;
  /** The content's Xet hash, 64 hex digits. */
  readonly xetHash: string;
  /** The time that its writer gave it, to the millisecond. */
  readonly mtime?: Date;
  /** When it was added to the bucket. */
  readonly uploadedAt?: Date;
  /** Its media type. */
  readonly contentType?: string;
}

/** A directory: there are files below it. */
export interface DirectoryInfo {
  /** Tells it from a file. */
  readonly type: "directory";
  /** Its path, no `/` at either end. */
  readonly path: string;
  /** When something below it was last added. */
  readonly uploadedAt?: Date;
}

/** An entry of a listing. */
export type TreeItem = FileInfo | DirectoryInfo;

/** A token for the CAS. */
export interface XetToken {
  /** The bearer token; a secret. */
  readonly accessToken: string;
  /** When it ends, in seconds since 1970. */
  readonly exp: number;
  /** The base URL of the CAS. */
  readonly casUrl: string;
}

/** What the Hub answers to a batch. */
export interface BatchReply {
  /** Operations that were not applied. */
  readonly failed: readonly { readonly path: string; readonly error: string }[];
  /** Whether everything was applied. */
  readonly success?: boolean;
  /** How many were applied. */
  readonly succeeded?: number;
}

const Text = v.pipe(v.string(), v.nonEmpty());
const Count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const Hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const Time = v.pipe(
  v.string(),
  v.regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/),
  v.transform((text) => new Date(text)),
  v.check((date) => !Number.isNaN(date.getTime()), "not a time"),
);
const HttpUrl = v.pipe(
  v.string(),
  v.check((text) => URL.canParse(text) && /^https?:/i.test(text), "not an http(s) URL"),
);

/** Leaves out what is null or undefined: the Hub writes both for "not there". */
function present<T extends Record<string, unknown>>(value: T): Present<T> {
  // The entries kept are exactly those that Present<T> allows.
  return Object.fromEntries(
    Object.entries(value).filter(([, field]) => field !== undefined && field !== null),
  ) as Present<T>;
}

type Present<T> =
  & { [K in keyof T as null extends T[K] ? never : undefined extends T[K] ? never : K]: T[K] }
  & {
    [K in keyof T as null extends T[K] ? K : undefined extends T[K] ? K : never]?: NonNullable<
      T[K]
    >;
  };

const FileSchema = v.pipe(
  v.object({
    type: v.literal("file"),
    path: Text,
    size: Count,
    xetHash: Hash,
    mtime: v.nullish(Time),
    uploadedAt: v.nullish(Time),
    contentType: v.nullish(v.string()),
  }),
  v.transform((file): FileInfo => present(file)),
);

const DirectorySchema = v.pipe(
  v.object({ type: v.literal("directory"), path: Text, uploadedAt: v.nullish(Time) }),
  v.transform((directory): DirectoryInfo => present(directory)),
);

/** `GET …/tree`: files and directories. */
export const TreeSchema: v.GenericSchema<unknown, TreeItem[]> = v.array(
  v.union([FileSchema, DirectorySchema]),
);

/** `POST …/paths-info`: files. */
export const FilesSchema: v.GenericSchema<unknown, FileInfo[]> = v.array(FileSchema);

/** `GET /api/buckets/{namespace}/{name}`. */
export const BucketSchema: v.GenericSchema<unknown, BucketInfo> = v.pipe(
  v.object({
    id: v.pipe(v.string(), v.regex(/^[^/]+\/[^/]+$/)),
    private: v.boolean(),
    createdAt: Time,
    updatedAt: v.nullish(Time),
    size: v.nullish(Count),
    totalFiles: v.nullish(Count),
  }),
  v.transform((bucket): BucketInfo => present(bucket)),
);

/** `GET /api/buckets/{namespace}`. */
export const BucketsSchema: v.GenericSchema<unknown, BucketInfo[]> = v.array(BucketSchema);

/** `POST /api/buckets/{namespace}/{name}`. */
export const CreatedSchema: v.GenericSchema<unknown, { url: string }> = v.object({ url: HttpUrl });

/** `GET /api/whoami-v2`. */
export const WhoAmISchema: v.GenericSchema<unknown, WhoAmI> = v.pipe(
  v.object({
    name: Text,
    id: v.nullish(Text),
    type: Text,
    orgs: v.optional(v.array(v.object({ name: Text, id: v.nullish(Text) })), []),
    auth: v.nullish(v.object({ accessToken: v.nullish(v.object({ role: v.nullish(Text) })) })),
  }),
  v.transform(({ auth, orgs, ...who }): WhoAmI => ({
    ...present({ ...who, role: auth?.accessToken?.role }),
    orgs: orgs.map((org) => present(org)),
  })),
);

/** `GET …/xet-{read,write}-token`. */
export const XetTokenSchema: v.GenericSchema<unknown, XetToken> = v.object({
  accessToken: Text,
  exp: Count,
  casUrl: HttpUrl,
});

/** `POST …/batch`, for 200 and 422 alike. */
export const BatchSchema: v.GenericSchema<unknown, BatchReply> = v.pipe(
  v.object({
    failed: v.array(v.object({ path: v.string(), error: v.string() })),
    success: v.nullish(v.boolean()),
    succeeded: v.nullish(Count),
  }),
  v.transform((reply): BatchReply => present(reply)),
);

/** The error body; both names occur. */
export const ErrorSchema: v.GenericSchema<
  unknown,
  { error?: string | undefined; message?: string | undefined }
> = v.object({
  error: v.optional(v.string()),
  message: v.optional(v.string()),
});
