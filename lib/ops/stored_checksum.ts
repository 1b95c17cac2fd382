import type { ObjectChecksum } from "../store/object_store.ts";
import type { UploadChecksum } from "../multipart/upload_registry.ts";
import type { OperationContext } from "./context.ts";

/**
 * What is computed of bytes that came without a checksum: S3's default, by the same setting as those that SDKs
 * send by default.
 *
 * @param context Whether the setting is on.
 * @param sent The algorithm of the checksum that came.
 */
export function defaultChecksum(
  { storeChecksums }: OperationContext,
  sent: string | undefined,
): UploadChecksum | undefined {
  if (storeChecksums !== true || sent !== undefined) return undefined;
  return { algorithm: "CRC64NVME", type: "FULL_OBJECT" };
}

/** Algorithms that SDKs use unless they are told otherwise. */
const DEFAULT_ALGORITHMS: ReadonlySet<string> = new Set(["CRC32", "CRC64NVME"]);

/**
 * The checksum as far as it is stored with the object, to be spread into its attributes. Those that
 * SDKs send by default would give every object a sidecar, so they are stored by a setting only.
 *
 * @param context Whether the setting is on.
 * @param checksum A verified checksum.
 */
export function storedChecksum(
  { storeChecksums }: OperationContext,
  checksum: ObjectChecksum | undefined,
): { readonly checksum?: ObjectChecksum } {
  if (checksum === undefined) return {};
  return storeChecksums === true || !DEFAULT_ALGORITHMS.has(checksum.algorithm) ? { checksum } : {};
}
