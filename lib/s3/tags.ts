import { S3Error } from "../errors/s3_error.ts";
import type { ObjectTag } from "../store/object_store.ts";

const MAX_KEY_CHARACTERS = 128;
const MAX_VALUE_CHARACTERS = 256;

/** Letters, digits and blanks of any script, and a few signs (Amazon S3 user guide, object tags). */
const ALLOWED = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/**
 * Checks keys and values of tags; how many there may be is up to what they belong to.
 *
 * @param tags The tags that a client sent.
 * @throws {S3Error} InvalidTag for a key or value that is too long or has characters that no tag has, for
 * a key that is there twice, and for the reserved prefix `aws:`.
 */
export function requireTags(tags: readonly ObjectTag[]): void {
  const seen = new Set<string>();
  for (const { key, value } of tags) {
    if (key === "" || lengthOf(key) > MAX_KEY_CHARACTERS || !ALLOWED.test(key)) {
      throw invalidTag("The TagKey you have provided is invalid", key);
    }
    if (lengthOf(value) > MAX_VALUE_CHARACTERS || !ALLOWED.test(value)) {
      throw invalidTag("The TagValue you have provided is invalid", key, value);
    }
    if (key.startsWith("aws:")) {
      throw invalidTag("System tags cannot be added/updated by requester", key);
    }
    if (seen.has(key)) {
      throw invalidTag("Cannot provide multiple Tags with the same key", key);
    }
    seen.add(key);
  }
}

/** The answer to more tags than there may be. */
export function tooManyTags(most: number): S3Error {
  return new S3Error("BadRequest", {
    message: `${most === 10 ? "Object tags" : "Bucket tag count"} cannot be greater than ${most}`,
  });
}

/** Characters are counted as Unicode code points. */
const lengthOf = (text: string): number => [...text].length;

function invalidTag(message: string, key: string, value?: string): S3Error {
  return new S3Error("InvalidTag", {
    message,
    fields: { TagKey: key, ...(value !== undefined && { TagValue: value }) },
  });
}
