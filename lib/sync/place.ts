import { bucketPath } from "../hub/urls.ts";

/** The beginning of every place in a bucket. */
export const BUCKET_PROTOCOL = "hf://buckets/";

/** Where a sync reads or writes. */
export type Place = BucketPlace | DirectoryPlace;

/** A bucket, or what is below a prefix of it. */
export interface BucketPlace {
  /** Tells it from a directory. */
  readonly kind: "bucket";
  /** `namespace/name`. */
  readonly id: string;
  /** A path without `/` at either end; empty for the whole bucket. */
  readonly prefix: string;
}

/** A directory of this machine. */
export interface DirectoryPlace {
  /** Tells it from a bucket. */
  readonly kind: "directory";
  /** Its path, as it was given. */
  readonly path: string;
}

/**
 * Reads a place as `huggingface_hub` writes it. Nothing in it is percent-encoded.
 *
 * @param text `hf://buckets/namespace/name`, the same with `/` and a prefix, or the path of a directory.
 * @throws TypeError for what begins with `hf://` and names no bucket, and for an empty text.
 */
export function parsePlace(text: string): Place {
  if (text === "") throw new TypeError("A place must not be empty");
  if (!text.startsWith("hf://")) return { kind: "directory", path: text };
  if (!text.startsWith(BUCKET_PROTOCOL)) {
    throw new TypeError(`Not a bucket, which begins with ${BUCKET_PROTOCOL}: ${text}`);
  }
  const [namespace = "", name = "", ...rest] = text.slice(BUCKET_PROTOCOL.length).split("/");
  const prefix = rest.join("/").replace(/\/+$/, "");
  if (prefix.startsWith("/") || prefix.includes("//")) {
    throw new TypeError(`A path in a bucket has no empty parts: ${text}`);
  }
  return { kind: "bucket", id: bucketPath(`${namespace}/${name}`), prefix };
}

/** A path below a place, as the bucket has it. */
export function pathIn(place: BucketPlace, path: string): string {
  return place.prefix === "" ? path : `${place.prefix}/${path}`;
}
