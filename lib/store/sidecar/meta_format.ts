import * as v from "valibot";
import type { ObjectAttributes } from "../object_store.ts";
import { HashSchema, LineSchema, type SidecarFormat, TextSchema } from "./sidecar_format.ts";

/** What a sidecar holds of an object: all but the media type, for which the Hub has a field. */
export type SidecarAttributes = Omit<ObjectAttributes, "contentType">;

/** The attributes of an object, bound to the write that they came with. */
export interface Meta {
  /** The Xet hash of the object's content. */
  readonly hash: string;
  /** The `mtime` that the object was written with, in milliseconds since 1970. */
  readonly mtime: number;
  readonly attributes: SidecarAttributes;
}

const Line = v.optional(LineSchema);

const Schema = v.object({
  version: v.literal(1),
  hash: HashSchema,
  mtime: v.pipe(v.number(), v.safeInteger()),
  cacheControl: Line,
  contentDisposition: Line,
  contentEncoding: Line,
  contentLanguage: Line,
  expires: Line,
  websiteRedirectLocation: Line,
  metadata: v.optional(v.array(v.strictTuple([v.pipe(LineSchema, v.nonEmpty()), TextSchema]))),
  tags: v.optional(v.array(v.strictTuple([TextSchema, TextSchema]))),
  checksum: v.optional(v.object({
    algorithm: LineSchema,
    value: LineSchema,
    type: v.picklist(["FULL_OBJECT", "COMPOSITE"]),
  })),
});

/**
 * `~hugbucket/meta/<path>`. Metadata and tags are lists of pairs: an object of JSON would move names
 * that are numbers to the front.
 */
export const META_FORMAT: SidecarFormat<Meta> = {
  name: "an object's metadata",
  // User metadata are 2 KiB, tags 4 KiB, headers as many KiB as the server takes (Amazon S3 user guide).
  maxBytes: 128 * 1024,
  write: ({ hash, mtime, attributes: { metadata, tags, checksum, ...lines } }) => ({
    version: 1,
    hash,
    mtime,
    ...lines,
    ...(metadata !== undefined && { metadata: Object.entries(metadata) }),
    ...(tags !== undefined && { tags: tags.map(({ key, value }) => [key, value]) }),
    ...(checksum !== undefined && { checksum }),
  }),
  schema: v.pipe(
    Schema,
    v.transform(({ version: _, hash, mtime, metadata, tags, ...rest }): Meta => ({
      hash,
      mtime,
      attributes: sidecarAttributes({
        ...rest,
        ...(metadata && { metadata: Object.fromEntries(metadata) }),
        ...(tags && { tags: tags.map(([key, value]) => ({ key, value })) }),
      }),
    })),
  ),
};

/** An {@linkcode ObjectAttributes} in which a field may also be there without a value. */
type Loose = { readonly [K in keyof ObjectAttributes]?: ObjectAttributes[K] | undefined };

/** The attributes that need a sidecar, without what says nothing: empty metadata and tags. */
export function sidecarAttributes(attributes: Loose): SidecarAttributes {
  const { metadata, tags, checksum } = attributes;
  const { cacheControl, contentDisposition, contentEncoding, contentLanguage } = attributes;
  const { expires, websiteRedirectLocation } = attributes;
  return {
    ...(cacheControl !== undefined && { cacheControl }),
    ...(contentDisposition !== undefined && { contentDisposition }),
    ...(contentEncoding !== undefined && { contentEncoding }),
    ...(contentLanguage !== undefined && { contentLanguage }),
    ...(expires !== undefined && { expires }),
    ...(websiteRedirectLocation !== undefined && { websiteRedirectLocation }),
    ...(metadata !== undefined && Object.keys(metadata).length > 0 && { metadata }),
    ...(tags !== undefined && tags.length > 0 && { tags }),
    ...(checksum !== undefined && { checksum }),
  };
}

/** Whether there is nothing that needs a sidecar. */
export const isEmpty = (attributes: SidecarAttributes): boolean =>
  Object.keys(attributes).length === 0;

/**
 * Whether a sidecar belongs to the write that the Hub shows. The example of the Hub's documents has times
 * of whole seconds, so one that ends in `.000` may have been cut.
 */
export function isBoundTo(
  { hash, mtime }: Meta,
  file: { readonly xetHash: string; readonly mtime?: Date | undefined },
): boolean {
  const shown = file.mtime?.getTime();
  if (hash !== file.xetHash || shown === undefined) return false;
  return shown === mtime || (shown % 1000 === 0 && shown === Math.floor(mtime / 1000) * 1000);
}
