import type { SyncOperation } from "./plan.ts";

/** What decides whether a file that is at both ends is sent. */
export interface CompareOptions {
  /** Whatever is at the destination stays as it is. */
  readonly ignoreExisting?: boolean | undefined;
  /** Only sizes are compared. */
  readonly ignoreTimes?: boolean | undefined;
  /** Only times are compared. */
  readonly ignoreSizes?: boolean | undefined;
}

/** A file at one end. */
export interface Version {
  /** Bytes. */
  readonly size: number;
  /** When it was written, in milliseconds since 1970; 0 where that is not known. */
  readonly mtime: number;
}

/** The names of both ends, for reasons. */
export interface Ends {
  /** Such as `local`. */
  readonly source: string;
  /** Such as `remote`. */
  readonly destination: string;
}

type Decision = Pick<SyncOperation, "reason"> & { readonly send: boolean };

/** File systems keep times of different precision; `huggingface_hub` allows as much. */
const TIME_WINDOW_MS = 1000;

/**
 * Decides by size and time as `huggingface_hub` does: a file is sent when sizes differ, or when the
 * source's is newer by more than a second.
 */
export function compareVersions(
  source: Version,
  destination: Version,
  ends: Ends,
  options: CompareOptions,
): Decision {
  if (options.ignoreExisting) return skip("exists at the destination");
  const sizeDiffers = source.size !== destination.size;
  const isNewer = source.mtime - destination.mtime > TIME_WINDOW_MS;
  if (options.ignoreSizes) {
    if (isNewer) return send(`${ends.source} newer`);
    const isOlder = destination.mtime - source.mtime > TIME_WINDOW_MS;
    return skip(isOlder ? `${ends.destination} newer` : "same time");
  }
  if (sizeDiffers) return send("size differs");
  if (options.ignoreTimes) return skip("same size");
  return isNewer ? send(`${ends.source} newer`) : skip("same size and time");
}

/** Decides by hashes, with sizes first: what differs in size has other content. */
export async function compareContent(
  source: Version,
  destination: Version,
  hashes: () => Promise<readonly [string, string]>,
): Promise<Decision> {
  if (source.size !== destination.size) return send("size differs");
  const [left, right] = await hashes();
  return left === right ? skip("same content") : send("content differs");
}

const send = (reason: string): Decision => ({ send: true, reason });
const skip = (reason: string): Decision => ({ send: false, reason });
