/**
 * The registry of multipart uploads: an interface with several bodies. It holds state only; part
 * bytes are in the store. Everything in it survives JSON.
 *
 * State of an upload: open → completing → completed; after a failure it is open again.
 *
 * @module
 */

/** A part that has arrived. */
export interface UploadPart {
  /** 1 to 10,000. */
  readonly partNumber: number;
  /** Without quotes. */
  readonly etag: string;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly lastModified: number;
  /** Verified checksums by S3 algorithm name, base64, for example `{ "CRC32": "…" }`. */
  readonly checksums: Readonly<Record<string, string>>;
  /** What the store needs to use the part; opaque here. */
  readonly recipe: {
    readonly content: { readonly hash: string; readonly size: number };
    readonly detail: string;
  };
}

/** What an object carries besides its bytes: the same names and forms as in the object store. */
export interface UploadAttributes {
  /** The media type. */
  readonly contentType?: string;
  /** `Cache-Control`. */
  readonly cacheControl?: string;
  /** `Content-Disposition`. */
  readonly contentDisposition?: string;
  /** `Content-Encoding` without `aws-chunked`. */
  readonly contentEncoding?: string;
  /** `Content-Language`. */
  readonly contentLanguage?: string;
  /** `Expires`, as sent. */
  readonly expires?: string;
  /** `x-amz-website-redirect-location`. */
  readonly websiteRedirectLocation?: string;
  /** `x-amz-meta-*`, names without that prefix. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Tags in their order. */
  readonly tags?: readonly { readonly key: string; readonly value: string }[];
}

/** How the checksum of a whole comes from those of its parts, by S3's names. */
export type ChecksumType = "COMPOSITE" | "FULL_OBJECT";

/** What kind of checksum an upload's object is to have. */
export interface UploadChecksum {
  /** S3's name, such as `CRC32`. */
  readonly algorithm: string;
  /** Whether it is one of the whole or one of the parts' checksums. */
  readonly type: ChecksumType;
}

/** An upload without its parts. */
export interface Upload {
  /** Unguessable and URL-safe. */
  readonly uploadId: string;
  /** The S3 bucket. */
  readonly bucket: string;
  /** The key of the object to be. */
  readonly key: string;
  /** Milliseconds since 1970. */
  readonly initiated: number;
  /** Access key id of who began it, empty when authentication is off. */
  readonly initiator: string;
  /** What the finished object is to carry besides its bytes. */
  readonly attributes: UploadAttributes;
  /** The checksum that the finished object is to have, if its creator chose one. */
  readonly checksum?: UploadChecksum;
}

/** What a finished upload answers, kept so that a repeated Complete gets the same. */
export interface CompletionResult {
  /** The S3 bucket. */
  readonly bucket: string;
  /** The object's key. */
  readonly key: string;
  /** The object's entity tag without quotes. */
  readonly etag: string;
  /** Further facts that the answer shows; opaque here. */
  readonly extra: Readonly<Record<string, string>>;
}

/** The answer to {@linkcode UploadRegistry.beginCompletion}. */
export type Completion =
  /** The caller now owns the completion and must call `completed` or `completionFailed`. */
  | {
    readonly kind: "begun";
    readonly parts: readonly UploadPart[];
    readonly lease: string;
    /** Whether a process that was completing it has died: the object may be there already. */
    readonly retaken?: boolean;
  }
  /** Another request is completing it: wait, then use its result (or the error it failed with). */
  | { readonly kind: "running"; readonly result: Promise<CompletionResult> }
  /** It is done: answer with the same body. */
  | { readonly kind: "completed"; readonly result: CompletionResult };

/** One page of parts or uploads. */
export interface RegistryPage<T> {
  /** In their order. */
  readonly items: readonly T[];
  /** Whether more follow. */
  readonly truncated: boolean;
}

/** The registry. Methods about an unknown or aborted upload answer undefined, never throw for it. */
export interface UploadRegistry {
  /** Registers a new upload with an unguessable, URL-safe id. */
  create(upload: Omit<Upload, "uploadId" | "initiated">): Promise<Upload>;
  /** The upload if it is open or completing; undefined when unknown, aborted, expired or completed. */
  get(uploadId: string): Promise<Upload | undefined>;
  /**
   * Sets a part, replacing an earlier one of that number: who calls last stays. Undefined when the
   * upload is gone or completing.
   */
  putPart(uploadId: string, part: UploadPart): Promise<Upload | undefined>;
  /** Parts in ascending order, those with a number over `after`; undefined when unknown. */
  listParts(
    uploadId: string,
    options: { readonly after: number; readonly limit: number },
  ): Promise<RegistryPage<UploadPart> | undefined>;
  /** Open uploads of a bucket, by key in UTF-8 byte order, then by start time, then by id. */
  listUploads(bucket: string): AsyncIterable<Upload>;
  /** How many uploads are open or completing, in all or of those that an access key id has begun. */
  countUploads(initiator?: string): Promise<number>;
  /** Asks for the right to complete; undefined when unknown. See {@linkcode Completion}. */
  beginCompletion(uploadId: string): Promise<Completion | undefined>;
  /** Ends a completion well; parts are forgotten, the result is kept for the upload's life time. */
  completed(uploadId: string, lease: string, result: CompletionResult): Promise<void>;
  /** Ends a completion badly: the upload is open again with its parts; who waits gets the error. */
  completionFailed(uploadId: string, lease: string, error: Error): Promise<void>;
  /**
   * Forgets an open upload. `"completing"` when a completion is under way (nothing is changed), false
   * when unknown or completed.
   */
  abort(uploadId: string): Promise<boolean | "completing">;
  /** Forgets all uploads of a bucket, because the bucket is gone. */
  dropBucket(bucket: string): Promise<void>;
  /**
   * Removes uploads without activity for the time to live, and results kept that long; never one that is
   * completing. Returns how many uploads were removed.
   */
  sweep(): Promise<number>;
}
