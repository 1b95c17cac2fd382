import type { StoredFile } from "../stored_file.ts";
import type { Position } from "./position.ts";

/** What a walk finds, in the order of keys: an object, or a directory as a key with its final `/`. */
export interface Candidate {
  readonly key: string;
  /** Absent for a directory. */
  readonly file?: StoredFile;
  /** From here on the candidate itself is found. */
  readonly at: Position;
  /** From here on everything behind the candidate is found. */
  readonly behind: Position;
}
