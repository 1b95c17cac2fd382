/** What a process held at a moment. */
export interface ProcessSample {
  readonly seconds: number;
  /** Resident memory in MiB. */
  readonly rssMiB: number;
  /** Open file descriptors. */
  readonly fds: number;
}

/** Looks at a process by `/proc`; undefined where there is none. */
export async function sampleProcess(
  pid: number,
  seconds: number,
): Promise<ProcessSample | undefined> {
  try {
    const status = await Deno.readTextFile(`/proc/${pid}/status`);
    let fds = 0;
    for await (const _ of Deno.readDir(`/proc/${pid}/fd`)) fds++;
    return { seconds, rssMiB: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024, fds };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** The median of some numbers. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
