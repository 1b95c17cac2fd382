import type { Progress } from "../buckets/mod.ts";
import type { SyncProgress } from "../sync/sync_result.ts";
import type { Console } from "./console.ts";
import { ProgressBar } from "./progress_bar.ts";

/**
 * Shows the progress of one transfer while it runs, on a terminal only.
 *
 * @param quiet Nothing is shown there either.
 */
export async function withBar<T>(
  console: Console,
  verb: string,
  quiet: boolean,
  work: (bar: ProgressBar | undefined) => Promise<T>,
): Promise<T> {
  const stream = quiet ? undefined : console.progress;
  const bar = stream && new ProgressBar(stream, verb);
  try {
    return await work(bar);
  } finally {
    bar?.stop();
  }
}

/** Shows the progress of one file. */
export function showFile(
  bar: ProgressBar | undefined,
  size?: number,
): ((progress: Progress) => void) | undefined {
  return bar &&
    (({ bytesHashed, bytesReceived }) =>
      bar.update({ bytesDone: bytesHashed + bytesReceived, bytesTotal: size }));
}

/** Shows the progress of a sync. */
export function showSync(
  bar: ProgressBar | undefined,
): ((progress: SyncProgress) => void) | undefined {
  return bar && ((progress) => bar.update(progress));
}
