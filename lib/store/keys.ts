import { StoreError } from "../errors/store_error.ts";

/**
 * How S3 keys and Hub paths correspond. A key is its own path, except that the folder marker `dir/`
 * is the file `dir/.hugbucket_keep`; what the Hub cannot hold and what the gateway keeps for itself has
 * no path. The Hub's rules are those of its own S3 gateway (Hub docs, "Storage Buckets: S3").
 *
 * @module
 */

/** Name of the file that stands for the folder marker of its directory. */
export const MARKER_NAME = ".hugbucket_keep";

/** Where the gateway keeps what belongs to it; hidden from S3. */
export const HIDDEN_PREFIX = "~hugbucket/";

/** Media type of a folder marker whose client gave none, as S3 tools write it. */
export const MARKER_TYPE = "application/x-directory";

/** Bytes of the longest path: S3's limit for keys, which the Hub's own S3 gateway offers. */
export const MAX_PATH_BYTES = 1024;

/** The rule that forbids a text as a key or as the beginning of one, if any. */
function brokenByAnything(text: string): string | undefined {
  if (text.startsWith("/")) return "must not start with '/'";
  if (text.includes("//")) return "must not contain '//'";
  if (text.includes("\\")) return "must not contain '\\'";
  if (text.includes("\0")) return "must not contain the NUL character";
  if (text.includes("../")) return "must not contain '../'";
  if (text.startsWith("./")) return "must not start with './'";
  if (!text.isWellFormed()) return "must be valid UTF-8";
  if (text.startsWith(HIDDEN_PREFIX)) return `must not start with '${HIDDEN_PREFIX}' (reserved)`;
  return undefined;
}

function brokenRule(key: string): string | undefined {
  if (key === "") return "must not be empty";
  if (key.endsWith("..")) return "must not end with '..'";
  if (key === MARKER_NAME || key.endsWith(`/${MARKER_NAME}`)) {
    return `must not end with '${MARKER_NAME}' (reserved for folder markers)`;
  }
  return brokenByAnything(key) ?? brokenByLength(key);
}

function brokenByLength(key: string): string | undefined {
  const isMarker = key.endsWith("/");
  const room = MAX_PATH_BYTES - (isMarker ? MARKER_NAME.length : 0);
  // A character of UTF-16 has three bytes of UTF-8 at most.
  if (key.length * 3 <= room || new TextEncoder().encode(key).length <= room) return undefined;
  return `must not be longer than ${room} bytes${isMarker ? " when it ends with '/'" : ""}`;
}

/**
 * Refuses keys that cannot be stored.
 *
 * @param key An S3 key.
 * @throws {StoreError} `bad_key`, with a message that names the rule.
 */
export function checkKey(key: string): void {
  const rule = brokenRule(key);
  if (rule !== undefined) {
    throw new StoreError("bad_key", `This key cannot be stored: it ${rule}.`, { subject: key });
  }
}

/** The Hub path of a key; undefined for a key that cannot exist. */
export function pathOfKey(key: string): string | undefined {
  if (brokenRule(key) !== undefined) return undefined;
  return key.endsWith("/") ? key + MARKER_NAME : key;
}

/** The key of a Hub path; undefined for a path that S3 never shows. */
export function keyOfPath(path: string): string | undefined {
  if (path === MARKER_NAME || path.startsWith(HIDDEN_PREFIX)) return undefined;
  return path.endsWith(`/${MARKER_NAME}`) ? path.slice(0, -MARKER_NAME.length) : path;
}

/** Whether any key could begin with the text. */
export function canBeginKey(prefix: string): boolean {
  return brokenByAnything(prefix) === undefined;
}
