/** What `deno compile` puts behind the runtime: settings as JSON, and a tree of files. */

/** What an executable holds besides the runtime. */
export interface ExecutableContents {
  /** Paths of the files in it. */
  readonly files: readonly string[];
  /** Names of the permissions that are granted without bounds, sorted. */
  readonly permissions: readonly string[];
  /** Whether code may be imported from anywhere. */
  readonly importsCode: boolean;
  /** Whether it asks on a terminal for what it is not permitted. */
  readonly prompts: boolean;
  /** Unstable features that are on. */
  readonly features: readonly string[];
}

interface Settings {
  readonly permissions: Readonly<Record<string, readonly string[] | boolean | null>>;
  readonly unstable_config: { readonly features: readonly string[] };
}

type Entry =
  | { readonly Dir: { readonly n: string; readonly e: readonly Entry[] } }
  | { readonly File: { readonly n: string } }
  | { readonly Symlink: { readonly n: string } };

/** What stands before the settings; their length follows, and after them those of other parts. */
const MAGIC = "d3n0l4nd";
const LENGTH_BYTES = 8;

/**
 * Reads what is behind the runtime.
 *
 * @param bytes The executable.
 * @throws {Error} If `deno compile` has not made it.
 */
export function executableContents(bytes: Uint8Array): ExecutableContents {
  // In Latin-1 each byte is a character, so places in the text are places in the bytes.
  const text = new TextDecoder("latin1").decode(bytes);
  const at = text.lastIndexOf(`{"argv":`);
  if (at < 0 || text.slice(at - LENGTH_BYTES - MAGIC.length, at - LENGTH_BYTES) !== MAGIC) {
    throw new Error("`deno compile` has not made this");
  }
  const end = at + lengthBefore(bytes, at);
  const settings: Settings = JSON.parse(text.slice(at, end));
  const treeAt = text.indexOf(`[{"`, end);
  const tree: readonly Entry[] = JSON.parse(
    text.slice(treeAt, treeAt + lengthBefore(bytes, treeAt)),
  );
  const { permissions } = settings;
  const granted = Object.keys(permissions).filter((name) =>
    name.startsWith("allow_") && name !== "allow_import" && Array.isArray(permissions[name]) &&
    permissions[name].length === 0
  );
  return {
    files: tree.flatMap((entry) => filesBelow(entry)),
    permissions: granted.map((name) => name.slice("allow_".length)).toSorted(),
    importsCode: JSON.stringify(permissions.deny_import) !== "[]",
    prompts: permissions.prompt !== false,
    features: settings.unstable_config.features,
  };
}

function lengthBefore(bytes: Uint8Array, at: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at - LENGTH_BYTES, LENGTH_BYTES);
  return Number(view.getBigUint64(0, true));
}

function filesBelow(entry: Entry): readonly string[] {
  if ("Dir" in entry) {
    const { n, e } = entry.Dir;
    return e.flatMap((inner) => filesBelow(inner).map((path) => `${n}/${path}`));
  }
  return ["File" in entry ? entry.File.n : entry.Symlink.n];
}
