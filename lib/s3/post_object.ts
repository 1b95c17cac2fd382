import { S3Error } from "../errors/s3_error.ts";
import { percentEncode } from "../http/percent.ts";
import { bareDocument, el } from "../xml/write.ts";
import { checksumHeaders, contentHeaders, emptyAnswer, quoted, xmlAnswer } from "./answers.ts";
import type { FormAnswer, PostObjectInput, PostObjectOutput } from "./operations.ts";
import { objectAttributes, objectInput } from "./request_fields.ts";
import type { S3Request } from "./s3_request.ts";

/** The most bytes of a file: 5 GiB (Amazon S3 limits). */
const MAX_FILE_BYTES = 5 * 1024 ** 3;

/**
 * Reads PostObject: POST `/b` with a form, which `formRequest` has made the request that it stands for.
 *
 * @throws {S3Error} PreconditionFailed when there is no form.
 */
export function readPostObject(request: S3Request): PostObjectInput {
  const { formFields } = request;
  if (formFields === undefined) {
    throw new S3Error("PreconditionFailed", {
      message: "Bucket POST must be of the enclosure-type multipart/form-data",
      fields: { Condition: "Bucket POST must be of the enclosure-type multipart/form-data" },
    });
  }
  return {
    ...objectInput(request),
    attributes: objectAttributes(request.headers),
    answer: readAnswer(formFields),
    body: request.openBody({ maxLength: MAX_FILE_BYTES }),
  };
}

function readAnswer(fields: ReadonlyMap<string, string>): FormAnswer {
  const asked = fields.get("success_action_status");
  const status = asked === "200" ? 200 : asked === "201" ? 201 : 204;
  const redirect = fields.get("success_action_redirect") ?? fields.get("redirect");
  if (redirect === undefined || !isWebUrl(redirect)) return { status };
  return { status, redirect };
}

function isWebUrl(text: string): boolean {
  return /^https?:\/\//i.test(text) && URL.canParse(text);
}

/** Writes the answer of PostObject: 303 to where the form says, else the status that it asks for. */
export function writePostObject(output: PostObjectOutput, { origin }: S3Request): Response {
  const { object, checksums, request: { bucket, key, answer } } = output;
  const location = `${origin}/${percentEncode(bucket)}/${percentEncode(key, { keepSlash: true })}`;
  const headers = { ...contentHeaders(object), ...checksumHeaders(checksums) };
  if (answer.redirect !== undefined) {
    const target = redirectTarget(answer.redirect, bucket, key, object.etag);
    return emptyAnswer(303, { ...headers, Location: target });
  }
  if (answer.status !== 201) return emptyAnswer(answer.status, { ...headers, Location: location });
  const document = bareDocument(
    "PostResponse",
    el("Location", location),
    el("Bucket", bucket),
    el("Key", key),
    el("ETag", quoted(object.etag)),
  );
  return xmlAnswer(document, 201, { ...headers, Location: location });
}

function redirectTarget(redirect: string, bucket: string, key: string, etag: string): string {
  const url = new URL(redirect);
  const added = `bucket=${percentEncode(bucket)}&key=${percentEncode(key, { keepSlash: true })}` +
    `&etag=${percentEncode(quoted(etag))}`;
  url.search = url.search === "" ? added : `${url.search}&${added}`;
  return url.href;
}
