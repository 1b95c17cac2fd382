/** What a command line has of the terminal. `main.ts` gives it. */
export interface Console {
  /** Writes text to standard output. */
  write(text: string): void;
  /** Writes text to standard error. */
  writeError(text: string): void;
  /** Standard output, for the bytes of files. */
  readonly output: WritableStream<Uint8Array>;
  /** Standard input, for the bytes of files. */
  readonly input: ReadableStream<Uint8Array>;
  /** Where progress bars go; undefined unless standard error is a terminal. */
  readonly progress: NodeJS.WritableStream | undefined;
  /** Asks a question that is answered by yes or no; undefined where nobody can answer. */
  readonly confirm: ((question: string) => boolean) | undefined;
}
