import { S3Error } from "../errors/s3_error.ts";
import { toS3Error } from "../errors/to_s3_error.ts";
import type { CompletionResult, Upload, UploadPart } from "../multipart/upload_registry.ts";
import { full } from "./kv_store.ts";
import type { KvAtomic, KvEntry, KvKey } from "./shared_kv.ts";

/** How a completion failed, for those who wait for it in other processes. */
export interface Failure {
  /** The S3 error code that its client was told. */
  readonly code: string;
  /** What was wrong; of an inner error not for clients. */
  readonly message: string;
}

/** How a completion ended. */
export interface Outcome {
  readonly lease: string;
  readonly end: { readonly result: CompletionResult } | { readonly failure: Failure };
}

/** Where an upload is. */
export type UploadState =
  | { readonly kind: "open"; readonly last?: Outcome }
  | {
    readonly kind: "completing";
    readonly lease: string;
    /** The session of the process that completes it: when that is over, another may. */
    readonly session: string;
    /** Its bucket is gone meanwhile. */
    readonly dropped?: boolean;
  }
  | { readonly kind: "completed"; readonly lease: string; readonly result: CompletionResult }
  /** For readers it is gone; what is left of it is being removed. */
  | { readonly kind: "removed"; readonly by: string; readonly last?: Outcome };

/** What stands under an upload's key. */
export interface UploadEntry {
  readonly state: UploadState;
  readonly bucket: string;
  readonly key: string;
  /** Access key id of who began it. */
  readonly initiator: string;
  /** Milliseconds since 1970. */
  readonly initiated: number;
  /** The upload as JSON in UTF-8, if it is in one piece. */
  readonly upload: Uint8Array;
  /** In how many pieces it stands under keys of their own otherwise; 0 if it is in one. */
  readonly pieces: number;
}

/** Ids of uploads: unguessable, and safe in a URL, on a command line and in a key. */
export const UPLOAD_ID = /^[0-9a-f]{48}$/;

const ID_BYTES = 24;
/** A value of Deno KV has 64 KiB; the rest of an entry, with a key and a result, needs some of them. */
const PIECE_BYTES = 48 * 1024;

/** An id that nobody has had or can guess: of an upload, a lease or a removal. */
export const newId = (): string => crypto.getRandomValues(new Uint8Array(ID_BYTES)).toHex();

/** All uploads. */
export const UPLOADS: KvKey = ["upload"];

/** The key of an upload. */
export const uploadKey = (id: string): KvKey => [...UPLOADS, id];
/** The key of the time of an upload's last activity: apart, so that parts do not stand in each other's way. */
export const touchedKey = (id: string): KvKey => ["touched", id];
/** All parts of an upload, by number. */
export const partsOfUpload = (id: string): KvKey => ["part", id];
/** The key of a part. */
export const partKey = (id: string, partNumber: number): KvKey => ["part", id, partNumber];
/** All pieces of an upload that is too long for its entry. */
export const piecesOf = (id: string): KvKey => ["piece", id];
/** The uploads of a bucket, by key, time and id. */
export const uploadsOf = (bucket: string): KvKey => ["bucket", bucket];
/** The key by which an upload is found in its bucket. */
export const indexKey = (id: string, { bucket, key, initiated }: UploadEntry): KvKey => [
  ...uploadsOf(bucket),
  key,
  initiated,
  id,
];

/** All uploads that are open or completing, or those of them that an access key id has begun. */
export const openUploadsOf = (initiator?: string): KvKey => [
  "open",
  ...initiator === undefined ? [] : [initiator],
];
/**
 * The key under which an upload is counted. Its value is the time of the last activity, so that a count needs no look at the
 * uploads; while one is completing, which does not expire, it is `Infinity`.
 */
const openKey = (id: string, initiator: string): KvKey => [...openUploadsOf(initiator), id];

/** An upload's id and what stands under its key. */
interface Identified {
  readonly id: string;
  readonly entry: UploadEntry;
}

/** Writes that something is done with an upload now, and counts it as the state that it is in then asks for. */
export function writeActivity(
  atomic: KvAtomic,
  upload: Identified,
  now: number,
  state: UploadState["kind"],
): KvAtomic {
  const { id, entry: { initiator } } = upload;
  atomic.set(full(touchedKey(id)), now);
  if (state !== "open" && state !== "completing") return deleteOpen(atomic, upload);
  return atomic.set(full(openKey(id, initiator)), state === "completing" ? Infinity : now);
}

/** Takes an upload out of those that are counted. */
export const deleteOpen = (atomic: KvAtomic, { id, entry: { initiator } }: Identified): KvAtomic =>
  atomic.delete(full(openKey(id, initiator)));

/** The entry of an upload. */
export function uploadEntryOf({ value }: KvEntry): UploadEntry | null {
  // Only the modules of this folder write these keys.
  return value as UploadEntry | null;
}

/** Writes an upload for the first time. */
export function writeUpload(atomic: KvAtomic, upload: Upload): KvAtomic {
  const bytes = new TextEncoder().encode(JSON.stringify(upload));
  const pieces = bytes.length <= PIECE_BYTES ? 0 : Math.ceil(bytes.length / PIECE_BYTES);
  for (let at = 0; at < pieces; at++) {
    const piece = bytes.slice(at * PIECE_BYTES, (at + 1) * PIECE_BYTES);
    atomic.set(full([...piecesOf(upload.uploadId), at]), piece);
  }
  const { uploadId, bucket, key, initiator, initiated } = upload;
  const entry: UploadEntry = {
    state: { kind: "open" },
    bucket,
    key,
    initiator,
    initiated,
    upload: pieces === 0 ? bytes : new Uint8Array(),
    pieces,
  };
  atomic
    .check({ key: full(uploadKey(uploadId)), versionstamp: null })
    .set(full(uploadKey(uploadId)), entry)
    .set(full(indexKey(uploadId, entry)), true);
  return writeActivity(atomic, { id: uploadId, entry }, initiated, "open");
}

/** The upload of an entry, with the pieces that stand elsewhere. */
export function readUpload({ upload }: UploadEntry, pieces: readonly KvEntry[]): Upload {
  const text = new TextDecoder();
  // `writeUpload` has written them.
  const parts = pieces.map(({ value }) => text.decode(value as Uint8Array, { stream: true }));
  return JSON.parse(parts.join("") + text.decode(upload));
}

/** A part as it is kept: at most some 10 KB. */
export const writePart = (part: UploadPart): Uint8Array =>
  new TextEncoder().encode(JSON.stringify(part));

/** A part that was kept. */
export function readPart({ value }: KvEntry): UploadPart {
  // `writePart` has written it.
  return JSON.parse(new TextDecoder().decode(value as Uint8Array));
}

/** What other processes are told of a failure: as much as they need to answer as this one does. */
export function failureOf(error: Error): Failure {
  const { code, message } = toS3Error(error);
  return code === "InternalError" ? { code, message: error.message } : { code, message };
}

/** The error to throw for a failure of another process. */
export function errorOf({ code, message }: Failure): Error {
  // The code was one of S3's when it was written.
  const known = code as S3Error["code"];
  return code === "InternalError" ? new Error(message) : new S3Error(known, { message });
}
