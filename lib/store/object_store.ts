/**
 * What the operations ask of the storage. The store has never heard of S3's XML, headers or status
 * codes; the operations have never heard of the Hub or Xet.
 *
 * Every method may throw `StoreError`.
 *
 * @module
 */

/** A bucket as a listing shows it. */
export interface StoreBucket {
  /** The S3 bucket name: `name` in the default namespace, else `namespace--name`. */
  readonly name: string;
  /** When it was created. */
  readonly createdAt: Date;
}

/** A tag of an object. */
export interface ObjectTag {
  readonly key: string;
  readonly value: string;
}

/** A checksum that the writer gave of an object. */
export interface ObjectChecksum {
  /** S3's name of the algorithm, such as `CRC32`. */
  readonly algorithm: string;
  /** Base64; a composite one ends in a dash and the number of parts. */
  readonly value: string;
  readonly type: "FULL_OBJECT" | "COMPOSITE";
}

/** What is stored with an object besides its bytes. All of it is gone with the next write of the key. */
export interface ObjectAttributes {
  /** The media type; absent means the default of the reader. */
  readonly contentType?: string;
  readonly cacheControl?: string;
  readonly contentDisposition?: string;
  /** Without `aws-chunked`. */
  readonly contentEncoding?: string;
  readonly contentLanguage?: string;
  /** As sent, not parsed. */
  readonly expires?: string;
  /** Where a website would send a browser that asks for the object; kept and shown, never followed. */
  readonly websiteRedirectLocation?: string;
  /** User metadata: names in lower case without `x-amz-meta-`, in the order sent. */
  readonly metadata?: Readonly<Record<string, string>>;
  readonly tags?: readonly ObjectTag[];
  readonly checksum?: ObjectChecksum;
}

/** A part that a multipart object was made of. */
export interface ObjectPart {
  /** 1 to 10,000; gaps are possible. */
  readonly partNumber: number;
  /** Bytes. */
  readonly size: number;
  /** Base64, when the part came with one of the upload's algorithm. */
  readonly checksum?: string;
}

/** Names content that can be read: enough to fetch it, and nothing about where it is listed. */
export interface ContentRef {
  /** The content's Xet hash in printed form, 64 hex digits. */
  readonly hash: string;
  /** Length in bytes. */
  readonly size: number;
  /** Where content that is not in Xet is, opaque; `hash` is then what names it in its Git repo. */
  readonly place?: string;
}

/** An object as the store knows it. */
export interface StoredObject {
  /** The S3 key. */
  readonly key: string;
  /** The content. */
  readonly content: ContentRef;
  /** The entity tag without quotes: a pure function of the content. */
  readonly etag: string;
  /** When it was last written. */
  readonly lastModified: Date;
  /** What is stored besides the bytes. */
  readonly attributes: ObjectAttributes;
  /** Of a bucket that keeps versions: the one that this is. */
  readonly versionId?: string;
}

/** Which version is looked at. Buckets that keep one version know no other. */
export interface StatOptions {
  /** The version; the current one by default. */
  readonly versionId?: string;
  /** Entity tags without quotes: a version with one of them that was seen lately is as good as the current one. */
  readonly etags?: readonly string[];
}

/** Inclusive byte positions, already checked against the size: `0 <= first <= last < size`. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/** Where a listing begins and what it groups. */
export interface ListQuery {
  /** Only keys that begin with it; may be empty. */
  readonly prefix: string;
  /** Keys that hold it after the prefix are grouped up to and including its first occurrence. */
  readonly delimiter?: string;
  /** Only entries strictly after it in UTF-8 byte order; if it ends a group, after the whole group. */
  readonly after?: string;
  /** The `cursor` of the entry named by `after`, from an earlier listing: spares the way to it. */
  readonly cursor?: string;
}

/** One entry of a listing, in UTF-8 byte order of `object.key` or `prefix`. */
export type ListEntry =
  | { readonly kind: "object"; readonly object: StoredObject; readonly cursor?: string }
  | { readonly kind: "prefix"; readonly prefix: string; readonly cursor?: string };

/** Content that has been stored but is not visible under any key. */
export interface Staged {
  readonly content: ContentRef;
}

/**
 * A part of content to be: at most 8 KiB, serializable as JSON, and opaque to everyone but the store. Of a
 * part that is a range of other content, `content` has the hash of that, and the size of the range.
 */
export interface Recipe extends Staged {
  /** What `compose` needs; opaque. */
  readonly detail: string;
}

/** A condition on what a key holds when a write is committed. */
export type WriteCondition =
  | { readonly kind: "absent" }
  | { readonly kind: "exists" }
  | { readonly kind: "etag"; readonly etags: readonly string[] }
  /** Nothing, or something with none of these entity tags. */
  | { readonly kind: "other-etag"; readonly etags: readonly string[] }
  /** Something of so many bytes. */
  | { readonly kind: "size"; readonly size: number }
  /** Something that was last written in that second. */
  | { readonly kind: "last-modified"; readonly at: Date }
  | { readonly kind: "all"; readonly conditions: readonly WriteCondition[] };

/** A change to one key. */
export type CommitEntry =
  & {
    readonly key: string;
    readonly condition?: WriteCondition;
  }
  & (
    | {
      readonly kind: "put";
      readonly content: ContentRef;
      readonly attributes: ObjectAttributes;
      /** Of a multipart object. */
      readonly parts?: readonly ObjectPart[];
      /** The model, dataset or Space that the content is copied from, unless it was staged. */
      readonly from?: {
        readonly type: "model" | "dataset" | "space";
        readonly id: string;
      };
    }
    | {
      /**
       * By reference: no bytes move. The source is re-read under the locks of the commit; the parts
       * of a multipart object go along, the attributes are those given.
       */
      readonly kind: "copy";
      readonly source: { readonly bucket: string; readonly object: StoredObject };
      readonly attributes: ObjectAttributes;
      /** Whether the parts stay behind. Default false. */
      readonly withoutParts?: boolean;
    }
    | {
      /**
       * Other attributes for an object that still holds this content, else `conflict` or
       * `no_such_key`. Only another media type makes it a new write.
       */
      readonly kind: "annotate";
      readonly content: ContentRef;
      readonly attributes: ObjectAttributes;
    }
    | { readonly kind: "delete" }
  );

/** What became of a {@linkcode CommitEntry}: the object as stored, nothing for a delete, or why not. */
export type CommitResult =
  | { readonly kind: "stored"; readonly object: StoredObject }
  | { readonly kind: "deleted" }
  | { readonly kind: "failed"; readonly error: Error };

/** Which requests of other origins a browser may send to a bucket (Amazon S3 API reference, CORSRule). */
export interface CorsRule {
  readonly id?: string;
  readonly allowedOrigins: readonly string[];
  readonly allowedMethods: readonly string[];
  readonly allowedHeaders: readonly string[];
  readonly exposeHeaders: readonly string[];
  readonly maxAgeSeconds?: number;
}

/** What is configured for a bucket. */
export interface BucketSettings {
  /** In the order in which they are tried. */
  readonly cors?: readonly CorsRule[];
  /** The tags of the bucket itself. */
  readonly tags?: readonly ObjectTag[];
}

/** Options of the calls that move bytes. */
export interface TransferOptions {
  /** Ends the transfer. */
  readonly signal?: AbortSignal;
}

/** Options of a read. */
export interface ReadOptions extends TransferOptions {
  /** Which bytes; all by default. */
  readonly range?: ByteRange;
  /** Whether each piece is done with when the next one is asked for; its memory may then be freed. */
  readonly lent?: boolean;
}

/** How the settings of a bucket are looked up. */
export interface BucketSettingsOptions {
  /** Takes what is remembered, however old, and none if nothing is: no look at the bucket. Default false. */
  readonly remembered?: boolean;
}

/** The storage that the operations stand on. */
export interface ObjectStore {
  /** Who owns what is stored: the Hub user's or organisation's id and name. */
  owner(): Promise<{ readonly id: string; readonly name: string }>;
  /** All buckets, sorted by name in byte order. */
  listBuckets(): Promise<readonly StoreBucket[]>;
  /** Creates a bucket; `"existed"` when it is already there and reachable with our token. */
  createBucket(bucket: string): Promise<"created" | "existed">;
  /**
   * The name under which a bucket is listed: those of the default namespace have a second one, with the
   * namespace in front. The bucket need not exist.
   */
  canonicalName(bucket: string): Promise<string>;
  /** Throws `no_such_bucket`. */
  statBucket(bucket: string): Promise<StoreBucket>;
  /** Throws `bucket_not_empty` when it holds objects, `no_such_bucket`. */
  deleteBucket(bucket: string): Promise<void>;
  /**
   * What is configured for the bucket. Another gateway's change may take a minute to be seen. Throws
   * `no_such_bucket`, unless the settings are remembered.
   */
  bucketSettings(bucket: string, options?: BucketSettingsOptions): Promise<BucketSettings>;
  /**
   * Changes what is configured for the bucket; seen at once. Changes by gateways that share locks follow one
   * another, each made of what the one before has left. Throws `no_such_bucket`.
   *
   * @param change Makes the new settings of those that are there; when it returns the same, nothing is written.
   */
  updateBucketSettings(
    bucket: string,
    change: (settings: BucketSettings) => BucketSettings,
  ): Promise<void>;
  /**
   * What the keys hold, with all attributes, in the order asked; undefined where there is nothing. Keys that cannot
   * exist are nothing, without a call. Throws `no_such_bucket`, `no_such_version`.
   */
  stat(
    bucket: string,
    keys: readonly string[],
    options?: StatOptions,
  ): Promise<readonly (StoredObject | undefined)[]>;
  /**
   * The parts that a multipart object was made of, in order; none for any other object, or if it has
   * been overwritten.
   */
  parts(bucket: string, object: StoredObject): Promise<readonly ObjectPart[]>;
  /**
   * Entries in UTF-8 byte order, lazily; of their attributes only the media type. Throws
   * `no_such_bucket`.
   */
  list(bucket: string, query: ListQuery): AsyncIterable<ListEntry>;
  /**
   * The bytes of the content or of a range of it. Errors the stream on any mismatch. Other readers may
   * get the same buffers: nobody writes to them.
   */
  read(
    bucket: string,
    content: ContentRef,
    options?: ReadOptions,
  ): ReadableStream<Uint8Array>;
  /**
   * A URL by which anybody can read the object's content for a while, without asking us; undefined if
   * there is none, or if the object has been overwritten.
   */
  locate(
    bucket: string,
    object: StoredObject,
    options?: TransferOptions,
  ): Promise<string | undefined>;
  /**
   * Throws `bad_key` when the key cannot be stored, or not with these attributes (with a message that names
   * the rule), without a Hub call: asked before a body is read.
   */
  checkKey(key: string, attributes?: ObjectAttributes): void;
  /** Stores content while it arrives. If the stream errors, so does this, and nothing is visible. */
  stage(
    bucket: string,
    body: ReadableStream<Uint8Array>,
    options?: TransferOptions,
  ): Promise<Staged>;
  /** The same for a part of content to be composed. */
  stagePart(
    bucket: string,
    body: ReadableStream<Uint8Array>,
    options?: TransferOptions,
  ): Promise<Recipe>;
  /**
   * A part that is content of a bucket or a range of it: nothing is read or stored, unless it is not in Xet.
   *
   * @param target The bucket that the part is for; the same one by default.
   */
  slice(
    bucket: string,
    content: ContentRef,
    range?: ByteRange,
    target?: string,
  ): Promise<Recipe>;
  /**
   * Content made of parts, in order, with the same hash as if it had come in one piece. Just the bytes
   * at their borders are moved.
   */
  compose(bucket: string, recipes: readonly Recipe[], options?: TransferOptions): Promise<Staged>;
  /**
   * Applies changes; atomic per key, conditions checked under the keys' locks. One result per entry,
   * in order. Throws only when nothing was applied.
   */
  commit(bucket: string, entries: readonly CommitEntry[]): Promise<readonly CommitResult[]>;
}
