/** Many small S3 requests from many clients at once. */

/** What a crowd of clients is to do. */
export interface CrowdWork {
  /** Requests in all. */
  readonly count: number;
  /** How many are under way at once. */
  readonly clients: number;
  /** Makes the n-th request. */
  readonly request: (index: number) => Request;
}

/** What came of it. */
export interface CrowdResult {
  readonly seconds: number;
  /** Answers by status. */
  readonly statuses: Readonly<Record<number, number>>;
}

/** Does the work; each client sends its next request when its last one has been answered. */
export async function runCrowd(
  { count, clients, request }: CrowdWork,
  signal: AbortSignal,
): Promise<CrowdResult> {
  const statuses: Record<number, number> = {};
  let next = 0;
  const start = performance.now();
  await Promise.all(Array.from({ length: clients }, async () => {
    for (let index = next++; index < count; index = next++) {
      const response = await fetch(request(index), { signal });
      await response.arrayBuffer();
      statuses[response.status] = (statuses[response.status] ?? 0) + 1;
    }
  }));
  return { seconds: (performance.now() - start) / 1000, statuses };
}

/** The answers that were not a success. */
export function failuresOf({ statuses }: CrowdResult): number {
  return Object.entries(statuses)
    .reduce((sum, [status, times]) => Number(status) < 300 ? sum : sum + times, 0);
}

/** The n-th of small bodies that all differ. */
export function smallBody(index: number, size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  crypto.getRandomValues(bytes);
  new DataView(bytes.buffer).setUint32(0, index);
  return bytes;
}
