import { createDigest } from "../checksum/digest.ts";
import { S3Error } from "../errors/s3_error.ts";
import type { UploadChecksum } from "../multipart/upload_registry.ts";
import type { ByteRange, ContentRef } from "../store/object_store.ts";
import type { OperationContext, OperationHandler } from "./context.ts";
import { statCopySource } from "./copy.ts";
import { withChecksum } from "./computed_checksum.ts";
import { findUpload, keepPart } from "./multipart.ts";

/** The most bytes of one part: 5 GiB (Amazon S3 multipart upload limits). */
const MAX_PART_BYTES = 5 * 1024 ** 3;

/**
 * UploadPartCopy: no bytes move before the upload is completed, and then only those at the borders of the part.
 * Which bytes it has is settled by the source's hash, so that overwriting the source meanwhile changes nothing.
 */
export const uploadPartCopy: OperationHandler<"UploadPartCopy"> = async (context, input) => {
  const { store, registry, now } = context;
  const upload = await findUpload(context, input);
  const { bucket } = input.source;
  const { content } = await statCopySource(context, input.source);
  const range = sourceRange(input.range, content);
  const recipe = await store.slice(bucket, content, range, input.bucket);
  const part = {
    partNumber: input.partNumber,
    etag: copiedETag(content, range),
    size: recipe.content.size,
    lastModified: now(),
    checksums: await checksumsOf(context, bucket, content, range, upload.checksum),
    recipe,
  };
  await keepPart(registry, input.uploadId, part);
  return { part };
};

/** The checksum that the upload's parts are to have: the bytes are read for it. */
async function checksumsOf(
  { store, signal }: OperationContext,
  bucket: string,
  content: ContentRef,
  range: ByteRange | undefined,
  choice: UploadChecksum | undefined,
): Promise<Readonly<Record<string, string>>> {
  if (choice === undefined) return {};
  const bytes = store.read(bucket, content, { signal, ...(range && { range }) });
  const { stream, checksums } = withChecksum(bytes, choice);
  await stream.pipeTo(new WritableStream());
  return checksums();
}

function sourceRange(range: ByteRange | undefined, { size }: ContentRef): ByteRange | undefined {
  if (range !== undefined && range.last >= size) {
    throw new S3Error("InvalidArgument", {
      message: `Range specified is not valid for source object of size: ${size}`,
      fields: {
        ArgumentName: "x-amz-copy-source-range",
        ArgumentValue: `bytes=${range.first}-${range.last}`,
      },
    });
  }
  const length = range === undefined ? size : range.last - range.first + 1;
  if (length <= MAX_PART_BYTES) return range;
  throw new S3Error("InvalidRequest", {
    message:
      `The specified copy source is larger than the maximum allowable size for a copy source: ${MAX_PART_BYTES}`,
  });
}

/**
 * The entity tag of a copied part: a function of which bytes it holds. The dash keeps clients from taking it
 * for an MD5, which would have to be computed.
 */
function copiedETag({ hash, size }: ContentRef, range: ByteRange | undefined): string {
  const { first, last } = range ?? { first: 0, last: size - 1 };
  const digest = createDigest("SHA256");
  digest.update(new TextEncoder().encode(`${hash}:${first}-${last}`));
  return `${digest.digest().toHex().slice(0, 32)}-1`;
}
