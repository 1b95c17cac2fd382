import { S3Error } from "../errors/s3_error.ts";
import type { RequestedRange } from "../http/range.ts";
import type { ObjectChecksum, ObjectPart, StoredObject } from "../store/object_store.ts";
import type { OperationContext } from "./context.ts";

/** A part of an object that is read by its number. */
export interface PartRead {
  readonly range: Exclude<RequestedRange, { readonly kind: "unsatisfiable" }>;
  /** Of a multipart object. */
  readonly partsCount?: number;
  /** Of just that part, when it is stored. */
  readonly checksum?: ObjectChecksum;
}

/** The parts that a multipart object was made of, in order; none for any other. */
export async function partsOf(
  { store }: OperationContext,
  bucket: string,
  object: StoredObject,
): Promise<readonly ObjectPart[]> {
  const parts = await store.parts(bucket, object);
  // They are a file of the bucket, so another tool may have written them.
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  return size === object.content.size ? parts : [];
}

/**
 * Finds a part by its number, which is not its place: numbers can have gaps. An object that was not made of
 * parts is one, number 1.
 *
 * @throws {S3Error} InvalidPartNumber.
 */
export async function readPart(
  context: OperationContext,
  bucket: string,
  object: StoredObject,
  partNumber: number,
): Promise<PartRead> {
  const { content: { size }, attributes: { checksum } } = object;
  const parts = await partsOf(context, bucket, object);
  if (parts.length === 0) {
    if (partNumber !== 1) throw invalidPartNumber(partNumber, 1);
    return { range: rangeOf(0, size), ...(checksum && { checksum }) };
  }
  const index = parts.findIndex((part) => part.partNumber === partNumber);
  const part = parts[index];
  if (part === undefined) throw invalidPartNumber(partNumber, parts.length);
  const first = parts.slice(0, index).reduce((sum, { size }) => sum + size, 0);
  // No answer can hold an empty part of something that is not empty (RFC 9110 section 14.4).
  if (part.size === 0 && size > 0) throw invalidPartNumber(partNumber, parts.length);
  return {
    range: rangeOf(first, part.size),
    partsCount: parts.length,
    ...(checksum && part.checksum !== undefined &&
      { checksum: { ...checksum, value: part.checksum } }),
  };
}

function rangeOf(first: number, size: number): PartRead["range"] {
  return size === 0 ? { kind: "whole" } : { kind: "part", first, last: first + size - 1 };
}

const invalidPartNumber = (asked: number, count: number): S3Error =>
  new S3Error("InvalidPartNumber", {
    fields: { ActualPartCount: String(count), PartNumberRequested: String(asked) },
  });
