/** `HEAD|GET /buckets/{ns}/{name}/resolve/{path}`, and the signed URLs that it redirects to. */

import { formatHttpDate } from "../../../http/dates.ts";
import type { Caller } from "../accounts.ts";
import { bucketId, type BucketName, readableBucket } from "../bucket_access.ts";
import { EMPTY_FILE_HASH, type HubContext } from "../context.ts";
import type { HubFile } from "../file_table.ts";
import { entryNotFound } from "../hub_error.ts";
import { type HubRequest, jsonResponse } from "../hub_request.ts";
import { bytesAnswer, signedHeaders, XET_FILE_INFO } from "./bytes_answer.ts";

/** The first part of the path of signed download URLs. */
export const DOWNLOAD_PATH = "/cdn/buckets";

/**
 * Answers where a file's bytes are: for a client that accepts `application/vnd.xet-fileinfo+json` its Xet hash and links, with 200;
 * for any other a redirect to a signed URL. Headers carry hash, size and links either way.
 */
export async function resolve(
  context: HubContext,
  request: HubRequest,
  caller: Caller,
  name: BucketName,
  path: string,
): Promise<Response> {
  const bucket = readableBucket(context, caller, name);
  const file = context.files.find(bucket.id, path);
  if (file === undefined) throw entryNotFound();
  const headers = fileHeaders(request.origin, bucket, file.xetHash, file.size);
  if ((request.headers.get("Accept") ?? "").includes(XET_FILE_INFO)) {
    return fileInfo(request, bucket, file, headers);
  }
  const location = request.origin + await signedLocation(context, request, bucket, file);
  return new Response(request.method === "HEAD" ? null : `Found. Redirecting to ${location}`, {
    status: 302,
    headers: { ...headers, "Content-Type": "text/plain; charset=utf-8", Location: location },
  });
}

/**
 * Serves the target of `resolve`'s redirect: the content of a hash, whole or a range of it. The headers of the redirect are repeated,
 * because huggingface_hub follows redirects within one origin and reads the last answer.
 */
export async function download(
  context: HubContext,
  request: HubRequest,
  name: BucketName,
  hash: string,
): Promise<Response> {
  await context.signedUrls.verify(request.path, request.query, Math.floor(context.now() / 1000));
  const size = hash === EMPTY_FILE_HASH ? 0 : context.contents.file(hash)?.size;
  if (size === undefined) throw entryNotFound();
  const headers = {
    ...fileHeaders(request.origin, name, hash, size),
    ...signedHeaders(request.query),
  };
  return bytesAnswer(request, headers, size, (range) => context.contents.readFile(hash, range));
}

/** What a client learns about a file without its bytes; `ETag` is the Xet hash. */
function fileHeaders(
  origin: string,
  bucket: BucketName,
  hash: string,
  size: number,
): Readonly<Record<string, string>> {
  const { auth, reconstruction } = xetLinks(origin, bucket, hash);
  return {
    "X-Xet-Hash": hash,
    "X-Linked-Size": String(size),
    "X-Linked-ETag": `"${hash}"`,
    "ETag": `"${hash}"`,
    "X-Xet-Refresh-Route": new URL(auth).pathname,
    "Link": `<${auth}>; rel="xet-auth", <${reconstruction}>; rel="xet-reconstruction-info"`,
    "Accept-Ranges": "bytes",
  };
}

function xetLinks(origin: string, bucket: BucketName, hash: string) {
  return {
    auth: `${origin}/api/buckets/${bucketId(bucket)}/xet-read-token`,
    reconstruction: `${origin}/cas/v1/reconstructions/${hash}`,
  };
}

function fileInfo(
  request: HubRequest,
  bucket: BucketName,
  file: HubFile,
  headers: Readonly<Record<string, string>>,
): Response {
  const { auth, reconstruction } = xetLinks(request.origin, bucket, file.xetHash);
  const all = { ...headers, ...lastModified(file), "Content-Type": XET_FILE_INFO };
  if (request.method === "HEAD") return new Response(null, { headers: all });
  return jsonResponse({
    hash: file.xetHash,
    size: file.size,
    etag: `"${file.xetHash}"`,
    refreshUrl: auth,
    reconstructionUrl: reconstruction,
  }, { headers: all });
}

function lastModified(file: HubFile): Readonly<Record<string, string>> {
  return { "Last-Modified": formatHttpDate(new Date(file.uploadedAt)) };
}

/** The redirect's target names the content by hash, so that a download begun before an overwrite ends as it began. */
function signedLocation(
  context: HubContext,
  request: HubRequest,
  bucket: BucketName,
  file: HubFile,
): Promise<string> {
  const query = new URLSearchParams({
    "response-content-type": file.contentType ?? "application/octet-stream",
    "response-last-modified": formatHttpDate(new Date(file.uploadedAt)),
  });
  if (!request.query.has("noContentDisposition")) {
    const name = encodeURIComponent(file.path.slice(file.path.lastIndexOf("/") + 1));
    query.set("response-content-disposition", `inline; filename*=UTF-8''${name}`);
  }
  const expires = Math.floor(context.now() / 1000) + context.settings.urlLifetimeSeconds;
  const path = `${DOWNLOAD_PATH}/${bucketId(bucket)}/${file.xetHash}`;
  return context.signedUrls.sign(path, query, expires);
}
