import type { Console } from "./console.ts";

/** How a command says what it has to say. */
export interface PrinterOptions {
  /** One JSON document on standard output, and nothing else there. */
  readonly json?: boolean | undefined;
  /** Nothing but results and errors. */
  readonly quiet?: boolean | undefined;
}

/** Prints a command's results for people, or as JSON. */
export class Printer {
  /** Whether JSON is asked for. */
  readonly json: boolean;
  /** Whether only results and errors are wanted. */
  readonly quiet: boolean;
  readonly #console: Console;

  /** @param console Where to. */
  constructor(console: Console, options: PrinterOptions) {
    this.#console = console;
    this.json = options.json ?? false;
    this.quiet = options.quiet ?? false;
  }

  /** A result: a line for people, or the JSON document. */
  result(text: string, value: unknown): void {
    this.#console.write(this.json ? `${JSON.stringify(value, null, 2)}\n` : `${text}\n`);
  }

  /** What was done: a line for people, unless they want quiet. */
  note(text: string): void {
    if (!this.json && !this.quiet) this.#console.write(`${text}\n`);
  }

  /** Something that went wrong without ending the command. */
  problem(text: string): void {
    this.#console.writeError(`${text}\n`);
  }

  /** A list that is printed while it comes: lines for people, or a JSON array. */
  async list<T>(items: AsyncIterable<T> | Iterable<T>, print: (item: T) => string): Promise<void> {
    if (!this.json) {
      for await (const item of items) this.#console.write(`${print(item)}\n`);
      return;
    }
    let separator = "[";
    for await (const item of items) {
      this.#console.write(`${separator}\n  ${JSON.stringify(item)}`);
      separator = ",";
    }
    this.#console.write(separator === "[" ? "[]\n" : "\n]\n");
  }
}

/** A name without what a terminal would obey. */
export function printable(name: string): string {
  return name.replace(/\p{Cc}/gu, (character) => {
    const code = character.charCodeAt(0).toString(16).padStart(4, "0");
    return { "\n": "\\n", "\r": "\\r", "\t": "\\t" }[character] ?? `\\u${code}`;
  });
}
