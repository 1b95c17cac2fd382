/** Least divergence at which hf_xet takes byte grouping. */
const THRESHOLD = 0.02;

const POPCOUNT = Uint8Array.from({ length: 256 }, (_, byte) => {
  let bits = 0;
  for (let rest = byte; rest > 0; rest >>= 1) bits += rest & 1;
  return bits;
});

/**
 * Whether hf_xet would byte-group a chunk before compressing it: how much the numbers of set bits of
 * the bytes at positions 0, 1, 2 and 3 mod 4 differ from those of all bytes (largest Kullback-Leibler
 * divergence of the four).
 */
export function predictsByteGrouping(chunk: Uint8Array): boolean {
  const histograms = [0, 1, 2, 3].map(() => new Uint32Array(9));
  for (let start = 0; start < 4; start++) {
    const histogram = histograms[start] ?? new Uint32Array(9);
    for (let i = start; i < chunk.length; i += 4) {
      const bits = POPCOUNT[chunk[i] ?? 0] ?? 0;
      histogram[bits] = (histogram[bits] ?? 0) + 1;
    }
  }
  // One more in each bin of the base, which its total does not count: hf_xet does it so.
  const base = Array.from(
    { length: 9 },
    (_, bin) => histograms.reduce((sum, histogram) => sum + (histogram[bin] ?? 0), 1),
  );
  return histograms.some((histogram) => divergence(histogram, base, chunk.length) > THRESHOLD);
}

/** NaN, and so never greater than anything, if a bin is empty: hf_xet ignores such a group. */
function divergence(histogram: Uint32Array, base: readonly number[], baseTotal: number): number {
  const total = histogram.reduce((sum, count) => sum + count, 0);
  let sum = 0;
  for (const [bin, count] of histogram.entries()) {
    const p = count / total;
    const q = (base[bin] ?? 0) / baseTotal;
    sum += p * Math.log(p / q);
  }
  return sum;
}
