const MAX_PATH_BYTES = 1024;

/**
 * The rule by which the Hub refuses a path (Hub docs, "Storage Buckets: S3"), so that one bad name
 * does not cost a call.
 *
 * @param path A path of a bucket.
 * @returns What is wrong with it, or undefined.
 */
export function brokenBucketRule(path: string): string | undefined {
  if (!path.isWellFormed()) return "the name is not valid UTF-8";
  if (path.includes("\\")) return "the Hub allows no '\\' in a path";
  if (path.includes("\0")) return "the Hub allows no NUL in a path";
  if (path.includes("../")) return "the Hub allows no '../' in a path";
  if (path.endsWith("..")) return "the Hub allows no '..' at the end of a path";
  if (path === "" || /^\.?\/|\/\/|\/$/.test(path)) return "the Hub allows no empty part of a path";
  if (new TextEncoder().encode(path).length > MAX_PATH_BYTES) {
    return `the Hub allows no path of more than ${MAX_PATH_BYTES} bytes`;
  }
  return undefined;
}

/** Characters and names that Windows gives a meaning of its own ("Naming Files", Win32). */
const WINDOWS_CHARACTERS = /[<>:"|?*\p{Cc}]/u;
const WINDOWS_NAMES = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i;

/**
 * Why a path that a bucket names must not be written below a directory: it would lead out of it, or
 * be another file than it says.
 *
 * @param path A path with `/` between its parts.
 * @param isWindows Whether Windows reads it.
 * @returns What is wrong with it, or undefined.
 */
export function unsafeLocalPath(path: string, isWindows: boolean): string | undefined {
  const parts = path.split("/");
  if (parts.includes("..")) return "it leads out of the directory by '..'";
  if (parts.includes("")) return "it has an empty part, or leads to the root of the file system";
  if (parts.includes(".")) return "it has a part '.', which no directory can hold";
  if (path.includes("\0")) return "it holds a NUL";
  if (path.includes("\\")) return "it holds a '\\', which Windows takes for a separator";
  const unfit = isWindows &&
    parts.find((part) =>
      WINDOWS_CHARACTERS.test(part) || WINDOWS_NAMES.test(part) || /[. ]$/.test(part)
    );
  return unfit ? `Windows has no file of the name ${JSON.stringify(unfit)}` : undefined;
}

/** The paths of the directories that a path is in, the outermost first: `a`, `a/b` for `a/b/c`. */
export function ancestorsOf(path: string): readonly string[] {
  return [...path.matchAll(/\//g)].map(({ index }) => path.slice(0, index));
}
