/** The command line is not one that the program understands; the exit code is 2. */
export class UsageError extends Error {
  /** Always `UsageError`. */
  override readonly name = "UsageError";
}
