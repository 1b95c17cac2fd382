import type { AccessCredential } from "./access_credential.ts";
import { CredentialsError, readCredentials } from "./read_credentials.ts";

/** What a {@linkcode CredentialSource} is made of. */
export interface CredentialSourceOptions {
  /** Pairs that are always there. */
  readonly fixed: readonly AccessCredential[];
  /** Reads the JSON of the others; nothing where there are none. */
  readonly read?: () => Promise<string>;
  /** What the JSON is called in messages. */
  readonly name?: string;
}

/** Key pairs, of which some are in a text that may change. */
export class CredentialSource {
  readonly #options: CredentialSourceOptions;
  /** What was read last, good or not: each change is told once. */
  #text: string | undefined;
  #problem: string | undefined;

  /** @param options Where they come from. */
  constructor(options: CredentialSourceOptions) {
    this.#options = options;
  }

  /**
   * All pairs as they are now.
   *
   * @throws {CredentialsError} When the text cannot be read, or is not good.
   */
  async load(): Promise<readonly AccessCredential[]> {
    const { fixed, read } = this.#options;
    if (read === undefined) return fixed;
    this.#text = await this.#read(read);
    return [...fixed, ...this.#parse(this.#text)];
  }

  /**
   * All pairs, if the text has changed since it was read last.
   *
   * @throws {CredentialsError} When it has changed and is not good, once for each change.
   */
  async changed(): Promise<readonly AccessCredential[] | undefined> {
    const { fixed, read } = this.#options;
    if (read === undefined) return undefined;
    let text: string;
    try {
      text = await this.#read(read);
    } catch (error) {
      if (!(error instanceof CredentialsError) || error.message === this.#problem) return undefined;
      this.#problem = error.message;
      throw error;
    }
    this.#problem = undefined;
    if (text === this.#text) return undefined;
    this.#text = text;
    return [...fixed, ...this.#parse(text)];
  }

  async #read(read: () => Promise<string>): Promise<string> {
    try {
      return await read();
    } catch (cause) {
      const reason = cause instanceof Error ? cause.name : "unknown error";
      throw new CredentialsError([`${this.#name} cannot be read (${reason})`]);
    }
  }

  #parse(text: string): readonly AccessCredential[] {
    try {
      return readCredentials(text);
    } catch (error) {
      if (!(error instanceof CredentialsError)) throw error;
      throw new CredentialsError(error.problems.map((problem) => `${this.#name} ${problem}`));
    }
  }

  get #name(): string {
    return this.#options.name ?? "the list of key pairs";
  }
}
