import { S3Error } from "../errors/s3_error.ts";
import type { ObjectTag } from "../store/object_store.ts";
import { requireTags, tooManyTags } from "./tags.ts";

/** The most tags of an object (Amazon S3 user guide, "Categorizing your objects using tags"). */
const MAX_OBJECT_TAGS = 10;

/**
 * Reads `x-amz-tagging`: tags as URL query parameters, form-encoded.
 *
 * @param text The header's value.
 * @returns The tags, in their order.
 * @throws {S3Error} InvalidArgument when it is not so encoded or has a key twice, BadRequest for too many,
 * InvalidTag.
 */
export function parseTagging(text: string): readonly ObjectTag[] {
  const tags = text.split("&").filter((pair) => pair !== "").map((pair) => {
    const [key = "", ...value] = pair.split("=");
    return { key: decode(key, text), value: decode(value.join("="), text) };
  });
  const keys = new Set(tags.map(({ key }) => key));
  if (keys.has("") || keys.size < tags.length) throw notEncoded(text);
  if (tags.length > MAX_OBJECT_TAGS) throw tooManyTags(MAX_OBJECT_TAGS);
  requireTags(tags);
  return tags;
}

function decode(encoded: string, text: string): string {
  try {
    return decodeURIComponent(encoded.replaceAll("+", " "));
  } catch (cause) {
    throw notEncoded(text, cause);
  }
}

function notEncoded(text: string, cause?: unknown): S3Error {
  return new S3Error("InvalidArgument", {
    message: "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query " +
      "parameters without tag name duplicates.",
    fields: { ArgumentName: "x-amz-tagging", ArgumentValue: text },
    cause,
  });
}
