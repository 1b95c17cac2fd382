import { compareUtf8 } from "../flow/utf8_order.ts";
import type { Upload } from "../multipart/upload_registry.ts";
import type { ListMultipartUploadsInput } from "../s3/operations.ts";
import type { OperationHandler } from "./context.ts";

type Entry =
  | { readonly kind: "upload"; readonly upload: Upload }
  | { readonly kind: "prefix"; readonly prefix: string };

/** ListMultipartUploads: by key, then by start time; uploads and common prefixes count alike. */
export const listMultipartUploads: OperationHandler<"ListMultipartUploads"> = async (
  { store, registry },
  input,
) => {
  await store.statBucket(input.bucket);
  const entries: Entry[] = [];
  let truncated = false;
  for await (const entry of entriesAfter(registry.listUploads(input.bucket), input)) {
    truncated = entries.length === input.maxUploads;
    if (truncated) break;
    entries.push(entry);
  }
  const last = entries.at(-1);
  return {
    request: input,
    uploads: entries.flatMap((entry) => entry.kind === "upload" ? [entry.upload] : []),
    commonPrefixes: entries.flatMap((entry) => entry.kind === "prefix" ? [entry.prefix] : []),
    truncated: truncated && last !== undefined,
    ...(truncated && last && nextMarkers(last)),
    owner: await store.owner(),
  };
};

async function* entriesAfter(
  uploads: AsyncIterable<Upload>,
  { prefix, delimiter, keyMarker, uploadIdMarker }: ListMultipartUploadsInput,
): AsyncGenerator<Entry> {
  let group: string | undefined;
  let passedMarker = false;
  for await (const upload of uploads) {
    if (!upload.key.startsWith(prefix)) continue;
    const end = delimiter === undefined ? -1 : upload.key.indexOf(delimiter, prefix.length);
    const name = end < 0 ? upload.key : upload.key.slice(0, end + (delimiter?.length ?? 0));
    const order = keyMarker === "" ? 1 : compareUtf8(name, keyMarker);
    if (order === 0 && end < 0 && uploadIdMarker !== "") {
      const skipped = !passedMarker;
      passedMarker ||= upload.uploadId === uploadIdMarker;
      if (skipped) continue;
    } else if (order <= 0) continue;
    if (end < 0) yield { kind: "upload", upload };
    else if (name !== group) yield { kind: "prefix", prefix: group = name };
  }
}

function nextMarkers(
  last: Entry,
): { readonly nextKeyMarker: string; readonly nextUploadIdMarker?: string } {
  return last.kind === "prefix"
    ? { nextKeyMarker: last.prefix }
    : { nextKeyMarker: last.upload.key, nextUploadIdMarker: last.upload.uploadId };
}
