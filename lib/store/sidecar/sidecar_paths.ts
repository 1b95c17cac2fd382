import { HIDDEN_PREFIX, MAX_PATH_BYTES } from "../keys.ts";

/** The kinds of files that the gateway keeps for single objects, by the directory that holds them. */
export type SidecarKind = "meta" | "parts";

/** All of them. */
export const SIDECAR_KINDS: readonly SidecarKind[] = ["meta", "parts"];

/** Where the settings of a bucket are. */
export const SETTINGS_PATH = `${HIDDEN_PREFIX}bucket.json`;

/** The directory that holds the sidecars of a kind, with its final `/`. */
export const sidecarDirectory = (kind: SidecarKind): string => `${HIDDEN_PREFIX}${kind}/`;

/**
 * The path of an object's sidecar; undefined where it would be longer than a path can be: such an
 * object has none.
 *
 * @param path The path of the object.
 */
export function sidecarPath(kind: SidecarKind, path: string): string | undefined {
  const sidecar = sidecarDirectory(kind) + path;
  return fits(sidecar) ? sidecar : undefined;
}

/** The paths of all sidecars that an object can have. */
export function sidecarPaths(path: string): readonly string[] {
  return SIDECAR_KINDS.flatMap((kind) => sidecarPath(kind, path) ?? []);
}

/** The path of the object that a sidecar belongs to. */
export const objectPathOf = (kind: SidecarKind, sidecar: string): string =>
  sidecar.slice(sidecarDirectory(kind).length);

/** A UTF-16 unit is three bytes at most, so that few paths have to be encoded. */
const fits = (path: string): boolean =>
  path.length * 3 <= MAX_PATH_BYTES || new TextEncoder().encode(path).length <= MAX_PATH_BYTES;
