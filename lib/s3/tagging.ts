import { S3Error } from "../errors/s3_error.ts";
import type { ObjectTag } from "../store/object_store.ts";
import type { RequestElement } from "../xml/read.ts";
import { el } from "../xml/write.ts";
import { documentAnswer, emptyAnswer } from "./answers.ts";
import type { PutBucketTaggingInput, PutObjectTaggingInput, Tagging } from "./operations.ts";
import { bucketInput, objectInput, readXmlBody } from "./request_fields.ts";
import type { S3Request } from "./s3_request.ts";
import { requireTags, tooManyTags } from "./tags.ts";

/** The most tags of a bucket (Amazon S3 user guide, "Using cost allocation S3 bucket tags"). */
const MAX_BUCKET_TAGS = 50;
/** The most tags of an object (Amazon S3 user guide, "Categorizing your storage using tags"). */
const MAX_OBJECT_TAGS = 10;

/** Reads PutObjectTagging: PUT `/b/k?tagging`. */
export async function readPutObjectTagging(request: S3Request): Promise<PutObjectTaggingInput> {
  const input = objectInput(request);
  return { ...input, tags: tagsOf(await readXmlBody(request, "Tagging"), MAX_OBJECT_TAGS) };
}

/** Reads PutBucketTagging: PUT `/b?tagging`. */
export async function readPutBucketTagging(request: S3Request): Promise<PutBucketTaggingInput> {
  const input = bucketInput(request);
  return { ...input, tags: tagsOf(await readXmlBody(request, "Tagging"), MAX_BUCKET_TAGS) };
}

/**
 * The tags of a `Tagging` document.
 *
 * @param tagging The root element.
 * @param most How many there may be.
 * @throws {S3Error} MalformedXML, BadRequest for too many, InvalidTag.
 */
export function tagsOf(tagging: RequestElement, most: number = MAX_OBJECT_TAGS): ObjectTag[] {
  const set = tagging.child("TagSet");
  if (set === undefined) throw new S3Error("MalformedXML");
  return readTags(set, most);
}

/**
 * The tags that a bucket is created with.
 *
 * @param set The element that holds them: `Tags` of `CreateBucketConfiguration`.
 * @throws {S3Error} MalformedXML, BadRequest for too many, InvalidTag.
 */
export function bucketTags(set: RequestElement): ObjectTag[] {
  return readTags(set, MAX_BUCKET_TAGS);
}

function readTags(set: RequestElement, most: number): ObjectTag[] {
  const tags = set.children("Tag").map((tag) => {
    const key = tag.textOf("Key");
    const value = tag.textOf("Value");
    if (key === undefined || value === undefined) throw new S3Error("MalformedXML");
    return { key, value };
  });
  if (tags.length > most) throw tooManyTags(most);
  requireTags(tags);
  return tags;
}

/** Writes `Tagging` of an object or a bucket. */
export function writeTagging({ tags }: Tagging): Response {
  return documentAnswer(
    "Tagging",
    el("TagSet", tags.map(({ key, value }) => el("Tag", el("Key", key), el("Value", value)))),
  );
}

/** Writes the answer of PutObjectTagging: 200 without a body. */
export function writePutObjectTagging(): Response {
  return emptyAnswer(200);
}
