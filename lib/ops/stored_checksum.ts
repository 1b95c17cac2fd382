import type { ObjectChecksum } from "../store/object_store.ts";
import type { OperationContext } from "./context.ts";

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
