/** A run of chunks of one xorb: files are lists of terms. */
export interface Term {
  /** Printed. */
  readonly xorbHash: string;
  /** Uncompressed bytes of the run. */
  readonly length: number;
  /** Index of its first chunk in the xorb. */
  readonly start: number;
  /** Index after its last chunk. */
  readonly end: number;
}
