import type { ChecksumAlgorithm } from "../checksum/algorithms.ts";
import { encodeBase64 } from "../checksum/base64.ts";
import { createDigest } from "../checksum/digest.ts";
import type { ObjectChecksum, StoredObject } from "../store/object_store.ts";
import type { OperationContext } from "./context.ts";

/**
 * The checksum of a copy: the source's, or the one that is asked for. Only when the source has no such one are its
 * bytes read, and they stay where they are.
 *
 * @param context The store.
 * @param source The object that is copied.
 * @param asked `x-amz-checksum-algorithm`.
 */
export async function copiedChecksum(
  { store, signal }: OperationContext,
  { bucket, object }: { readonly bucket: string; readonly object: StoredObject },
  asked: ChecksumAlgorithm | undefined,
): Promise<ObjectChecksum | undefined> {
  const { checksum } = object.attributes;
  const fits = checksum?.algorithm === asked && checksum?.type === "FULL_OBJECT";
  if (asked === undefined || fits) return checksum;
  const digest = createDigest(asked);
  for await (const bytes of store.read(bucket, object.content, { signal })) digest.update(bytes);
  return { algorithm: asked, type: "FULL_OBJECT", value: encodeBase64(digest.digest()) };
}
