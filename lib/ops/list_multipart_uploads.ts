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
  const uploads = registry.listUploads(await store.canonicalName(input.bucket));
  for await (const entry of entriesAfter(uploads, input)) {
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
  input: ListMultipartUploadsInput,
): AsyncGenerator<Entry> {
  let group: string | undefined;
  for await (const { upload, name, grouped } of namedAfter(uploads, input)) {
    if (!grouped) yield { kind: "upload", upload };
    else if (name !== group) yield { kind: "prefix", prefix: group = name };
  }
}

/** An upload under the name that it is listed by: its key, or the common prefix that it falls in. */
interface Named {
  readonly upload: Upload;
  readonly name: string;
  readonly grouped: boolean;
}

/**
 * What comes after the markers. Uploads of the marker's key count once the marker's own upload has passed;
 * if that has been aborted since, all of them do: a tool that aborts page by page must miss none.
 */
async function* namedAfter(
  uploads: AsyncIterable<Upload>,
  { prefix, delimiter, keyMarker, uploadIdMarker }: ListMultipartUploadsInput,
): AsyncGenerator<Named> {
  let held: Named[] = [];
  let passed = uploadIdMarker === "";
  for await (const upload of uploads) {
    if (!upload.key.startsWith(prefix)) continue;
    const named = nameOf(upload, prefix, delimiter);
    const order = keyMarker === "" ? 1 : compareUtf8(named.name, keyMarker);
    if (order < 0) continue;
    const ofMarker = order === 0 && !named.grouped && uploadIdMarker !== "";
    if (order === 0 && !ofMarker) continue;
    if (ofMarker && upload.uploadId === uploadIdMarker) {
      passed = true;
      held = [];
    } else if (ofMarker && !passed) held.push(named);
    else {
      yield* held;
      held = [];
      yield named;
    }
  }
  yield* held;
}

function nameOf(upload: Upload, prefix: string, delimiter: string | undefined): Named {
  const { key } = upload;
  const end = delimiter === undefined ? -1 : key.indexOf(delimiter, prefix.length);
  if (delimiter === undefined || end < 0) return { upload, name: key, grouped: false };
  return { upload, name: key.slice(0, end + delimiter.length), grouped: true };
}

function nextMarkers(
  last: Entry,
): { readonly nextKeyMarker: string; readonly nextUploadIdMarker?: string } {
  return last.kind === "prefix"
    ? { nextKeyMarker: last.prefix }
    : { nextKeyMarker: last.upload.key, nextUploadIdMarker: last.upload.uploadId };
}
