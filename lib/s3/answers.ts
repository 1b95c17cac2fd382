/**
 * The writers that all answers are written with.
 *
 * @module
 */

import { formatIsoMillis } from "../http/dates.ts";
import { percentEncode } from "../http/percent.ts";
import type { ObjectChecksum, StoredObject } from "../store/object_store.ts";
import { type Content, el, type Markup, s3Document } from "../xml/write.ts";
import type { Owner } from "./operations.ts";

/** The storage class of everything. */
export const STORAGE_CLASS = "STANDARD";

/** An answer without a body; `Content-Length: 0` except for 204 and 304, which must have none. */
export function emptyAnswer(status: number, headers: HeadersInit = {}): Response {
  const all = new Headers(headers);
  if (status !== 204 && status !== 304) all.set("Content-Length", "0");
  return new Response(null, { status, headers: all });
}

/**
 * An answer with an XML document and its length.
 *
 * @param document The document's text.
 * @param status The HTTP status.
 * @param headers Further headers.
 */
export function xmlAnswer(document: string, status = 200, headers: HeadersInit = {}): Response {
  const bytes = new TextEncoder().encode(document);
  const all = new Headers(headers);
  all.set("Content-Type", "application/xml");
  all.set("Content-Length", String(bytes.length));
  return new Response(bytes, { status, headers: all });
}

/** A successful answer with a document in S3's namespace. */
export function documentAnswer(root: string, ...children: readonly Content[]): Response {
  return xmlAnswer(s3Document(root, ...children));
}

/** An entity tag in its quotes. */
export function quoted(etag: string): string {
  return `"${etag}"`;
}

/** The headers of every answer that tells of an object's content. */
export function contentHeaders(object: StoredObject): Record<string, string> {
  return {
    "ETag": quoted(object.etag),
    ...(object.content.place === undefined && { "x-hf-xet-hash": object.content.hash }),
    ...versionHeader(object),
  };
}

/** Which version an object is, where there are several. */
export function versionHeader({ versionId }: StoredObject): Record<string, string> {
  return versionId === undefined ? {} : { "x-amz-version-id": versionId };
}

/**
 * The headers that echo verified checksums.
 *
 * @param checksums By S3's algorithm name, base64.
 */
export function checksumHeaders(
  checksums: Readonly<Record<string, string>>,
): Record<string, string> {
  const echoed = Object.entries(checksums).map(([algorithm, value]) =>
    [`x-amz-checksum-${algorithm.toLowerCase()}`, value] as const
  );
  if (echoed.length === 0) return {};
  return { ...Object.fromEntries(echoed), "x-amz-checksum-type": "FULL_OBJECT" };
}

/** The headers of a checksum that is stored; none without. */
export function storedChecksumHeaders(
  checksum: ObjectChecksum | undefined,
): Record<string, string> {
  if (checksum === undefined) return {};
  const { algorithm, value, type } = checksum;
  return { [`x-amz-checksum-${algorithm.toLowerCase()}`]: value, "x-amz-checksum-type": type };
}

/** The elements of a checksum that is stored: its value and `ChecksumType`. */
export function storedChecksumElements(checksum: ObjectChecksum | undefined): readonly Markup[] {
  if (checksum === undefined) return [];
  const { algorithm, value, type } = checksum;
  return [el(`Checksum${algorithm}`, value), el("ChecksumType", type)];
}

/** The elements that show checksums: `ChecksumCRC32` and so on. */
export function checksumElements(
  checksums: Readonly<Record<string, string>>,
): readonly Markup[] {
  return Object.entries(checksums).map(([algorithm, value]) => el(`Checksum${algorithm}`, value));
}

/** An `Owner` or `Initiator` element. */
export function ownerElement(name: "Owner" | "Initiator", owner: Owner): Markup {
  return el(name, el("ID", owner.id), el("DisplayName", owner.name));
}

/** A time element, ISO 8601 with milliseconds. */
export function timeElement(name: string, time: Date): Markup {
  return el(name, formatIsoMillis(time));
}

/**
 * How keys and prefixes are written: percent-encoded with `encoding-type=url`, else as they are.
 *
 * @param encodingType What the client asked for.
 */
export function keyEncoder(encodingType: "url" | undefined): (key: string) => string {
  return encodingType === "url" ? (key) => percentEncode(key, { keepSlash: true }) : (key) => key;
}
