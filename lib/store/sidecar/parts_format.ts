import * as v from "valibot";
import type { ObjectPart } from "../object_store.ts";
import { HashSchema, LineSchema, type SidecarFormat } from "./sidecar_format.ts";

/** The parts of a multipart object, bound to its content: a copy has the same. */
export interface Parts {
  /** The Xet hash of the object's content. */
  readonly hash: string;
  /** By ascending number. */
  readonly parts: readonly ObjectPart[];
}

/** Numbers of the last part (Amazon S3 multipart upload limits). */
const MAX_PART_NUMBER = 10_000;

const PartNumber = v.pipe(
  v.number(),
  v.integer(),
  v.minValue(1),
  v.maxValue(MAX_PART_NUMBER),
);
const Size = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** `~hugbucket/parts/<path>`. */
export const PARTS_FORMAT: SidecarFormat<Parts> = {
  name: "an object's parts",
  // 10,000 parts with a SHA-256 each are 0.7 MB.
  maxBytes: 2 * 1024 * 1024,
  write: ({ hash, parts }) => ({
    version: 1,
    hash,
    parts: parts.map(({ partNumber, size, checksum }) =>
      checksum === undefined ? [partNumber, size] : [partNumber, size, checksum]
    ),
  }),
  schema: v.pipe(
    v.object({
      version: v.literal(1),
      hash: HashSchema,
      parts: v.pipe(
        v.array(
          v.union([
            v.strictTuple([PartNumber, Size]),
            v.strictTuple([PartNumber, Size, LineSchema]),
          ]),
        ),
        v.check(
          (parts) => parts.every(([number], i) => number > (parts[i - 1]?.[0] ?? 0)),
          "not in order",
        ),
      ),
    }),
    v.transform(({ hash, parts }): Parts => ({
      hash,
      parts: parts.map(([partNumber, size, checksum]) => ({
        partNumber,
        size,
        ...(checksum !== undefined && { checksum }),
      })),
    })),
  ),
};
