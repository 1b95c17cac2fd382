/** How a check came out; `skipped` is one that makes no sense after another has failed. */
export type FindingStatus = "ok" | "warning" | "failed" | "skipped";

/** What a check has found. Holds nothing secret. */
export interface Finding {
  /** What was checked. */
  readonly check: string;
  /** How it came out. */
  readonly status: FindingStatus;
  /** What is the case, in a sentence. */
  readonly message: string;
  /** What to do about it. */
  readonly advice?: string;
}
