import process from "node:process";
import type { Console } from "./console.ts";

const BUFFER_LENGTH = 32 * 1024;

/** The terminal that Deno runs in, or whatever stands in its place. */
export class DenoConsole implements Console {
  /** Standard error, if it is a terminal. */
  readonly progress: NodeJS.WritableStream | undefined = Deno.stderr.isTerminal()
    ? process.stderr
    : undefined;
  /** Asks on the terminal, if standard input is one. */
  readonly confirm: ((question: string) => boolean) | undefined = Deno.stdin.isTerminal()
    ? (question) => {
      this.flush();
      return confirm(question);
    }
    : undefined;
  readonly #encoder = new TextEncoder();
  #pending = "";

  /** Standard output. */
  get output(): WritableStream<Uint8Array> {
    return Deno.stdout.writable;
  }

  /** Standard input. */
  get input(): ReadableStream<Uint8Array> {
    return Deno.stdin.readable;
  }

  /** Writes text to standard output, some of it later. */
  write(text: string): void {
    this.#pending += text;
    if (this.#pending.length >= BUFFER_LENGTH) this.flush();
  }

  /** Writes text to standard error. */
  writeError(text: string): void {
    this.flush();
    writeAll(Deno.stderr, this.#encoder.encode(text));
  }

  /** Writes what has been kept back. */
  flush(): void {
    const bytes = this.#encoder.encode(this.#pending);
    this.#pending = "";
    writeAll(Deno.stdout, bytes);
  }
}

function writeAll(stream: { writeSync(bytes: Uint8Array): number }, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += stream.writeSync(bytes.subarray(at));
}
