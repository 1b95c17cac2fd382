import { S3Error } from "../errors/s3_error.ts";
import { decodeToText } from "../http/percent.ts";

/** What a request is about. */
export type Address =
  | { readonly kind: "service" }
  | { readonly kind: "bucket"; readonly bucket: string }
  | { readonly kind: "object"; readonly bucket: string; readonly key: string };

/** The longest key in bytes of UTF-8 (Amazon S3 user guide, "Object key naming"). */
export const MAX_KEY_BYTES = 1024;

/** What browsers, crawlers and certificate tools ask of any host, or the gateway keeps for itself: no bucket can be called so. */
const NEVER_BUCKETS: ReadonlySet<string> = new Set([
  "favicon.ico",
  "robots.txt",
  "sitemap.xml",
  ".well-known",
  "-",
]);

/**
 * Reads the address of a request, from the Host header and the path or from the path alone.
 *
 * @param rawPath The path as it was sent.
 * @param hostBucket The bucket that the Host header names, if it does.
 * @throws {S3Error} What {@linkcode parseAddress} and {@linkcode parseHostedAddress} throw.
 */
export function addressOf(rawPath: string, hostBucket: string | undefined): Address {
  return hostBucket === undefined ? parseAddress(rawPath) : parseHostedAddress(hostBucket, rawPath);
}

/**
 * Reads the address from the raw path of a path-style request: `/bucket/key`. Only the first `/`
 * after the bucket separates; everything after it is the key, once decoded, with `//` and `..` kept.
 *
 * @param rawPath The path as it was sent, escapes and all.
 * @returns What the request is about. `/b` and `/b/` are the same bucket.
 * @throws {S3Error} InvalidURI for a bad escape or invalid UTF-8, KeyTooLongError, InvalidBucketName
 * for an empty bucket or one with a slash, NoSuchBucket for a path that never is a bucket's.
 */
export function parseAddress(rawPath: string): Address {
  const { rawBucket, rawKey } = splitPath(rawPath);
  if (rawBucket === undefined) return { kind: "service" };
  return addressIn(decodeBucket(rawBucket), rawKey);
}

/**
 * What of its address a request has even if its key cannot be read: the service or a bucket.
 *
 * @param rawPath The path as it was sent.
 * @param hostBucket The bucket that the Host header names, if it does.
 * @throws {S3Error} What {@linkcode parseAddress} throws for the bucket.
 */
export function bucketAddressOf(rawPath: string, hostBucket: string | undefined): Address {
  if (hostBucket !== undefined) return { kind: "bucket", bucket: hostBucket };
  const { rawBucket } = splitPath(rawPath);
  return rawBucket === undefined
    ? { kind: "service" }
    : { kind: "bucket", bucket: decodeBucket(rawBucket) };
}

function splitPath(
  rawPath: string,
): { readonly rawBucket?: string; readonly rawKey: string } {
  const path = rawPath.startsWith("/") ? rawPath.slice(1) : rawPath;
  if (path === "") return { rawKey: "" };
  const slash = path.indexOf("/");
  if (slash < 0) return { rawBucket: path, rawKey: "" };
  return { rawBucket: path.slice(0, slash), rawKey: path.slice(slash + 1) };
}

function decodeBucket(rawBucket: string): string {
  const bucket = decodeToText(rawBucket);
  if (NEVER_BUCKETS.has(bucket)) throw noSuchBucket(bucket);
  if (bucket === "" || bucket.includes("/")) {
    throw new S3Error("InvalidBucketName", { fields: { BucketName: bucket } });
  }
  return bucket;
}

function addressIn(bucket: string, rawKey: string): Address {
  const key = decodeToText(rawKey);
  if (key === "") return { kind: "bucket", bucket };
  requireKeyLength(key);
  return { kind: "object", bucket, key };
}

/**
 * The bucket that the Host header names (Amazon S3 user guide, "Virtual hosting of buckets"): what stands
 * before a configured domain. A bucket's name can have dots.
 *
 * @param host The header, if there is one.
 * @param domains The domains, in lower case and without a port.
 * @returns Nothing on any other host and on a domain itself: there, requests are path-style.
 */
export function hostBucketOf(host: string | null, domains: readonly string[]): string | undefined {
  const name = host?.replace(/:\d*$/, "").toLowerCase() ?? "";
  if (domains.includes(name)) return undefined;
  const lengths = domains.filter((domain) => name.endsWith(`.${domain}`)).map((d) => d.length);
  // Of two domains of which one ends in the other, the longer is meant.
  return lengths.length === 0 ? undefined : name.slice(0, -Math.max(...lengths) - 1) || undefined;
}

/**
 * Reads the address of a virtual-hosted-style request: the whole path is the key.
 *
 * @param bucket What the Host header named.
 * @param rawPath The path as it was sent.
 * @throws {S3Error} InvalidURI for a bad escape or invalid UTF-8, KeyTooLongError.
 */
export function parseHostedAddress(bucket: string, rawPath: string): Address {
  return addressIn(bucket, rawPath.startsWith("/") ? rawPath.slice(1) : rawPath);
}

/**
 * Checks the length of a key.
 *
 * @throws {S3Error} KeyTooLongError beyond 1024 bytes of UTF-8.
 */
export function requireKeyLength(key: string): void {
  const size = new TextEncoder().encode(key).length;
  if (size > MAX_KEY_BYTES) {
    throw new S3Error("KeyTooLongError", {
      fields: { Size: String(size), MaxSizeAllowed: String(MAX_KEY_BYTES) },
    });
  }
}

/** The bucket of an address; undefined for the service. */
export function bucketOf(address: Address): string | undefined {
  return address.kind === "service" ? undefined : address.bucket;
}

function noSuchBucket(bucket: string): S3Error {
  return new S3Error("NoSuchBucket", { fields: { BucketName: bucket } });
}
