import { parseJson, readText } from "./answers.ts";
import type { CasCalls } from "./cas_calls.ts";
import { CasError } from "./cas_error.ts";
import type { CasCallOptions, FileRange } from "./cas_options.ts";
import {
  readReconstructionV1,
  readReconstructionV2,
  type Reconstruction,
} from "./reconstruction.ts";

/** Asks how files are put together, by the newest version of the API that the CAS serves. */
export class ReconstructionCalls {
  readonly #calls: CasCalls;
  /** Which version the CAS is known to serve; a 404 alone does not tell. */
  #version: "v1" | "v2" | undefined;

  /** @param calls How to reach the CAS. */
  constructor(calls: CasCalls) {
    this.#calls = calls;
  }

  /** How a file, or a range of it, is put together: version 2 first, version 1 where that is not served. */
  async get(
    hash: string,
    range: FileRange | undefined,
    options: CasCallOptions,
  ): Promise<Reconstruction> {
    if (this.#version === "v1") return await this.#getV1(hash, range, options);
    try {
      const answer = await this.#ask("v2", hash, range, options);
      this.#version = "v2";
      return readReconstructionV2(answer);
    } catch (error) {
      if (!(error instanceof CasError)) throw error;
      // A 404 says "no such file" or "no such API"; from a CAS whose version 2 works, the former.
      const known = this.#version === "v2";
      if (!(error.status === 501 || (error.status === 404 && !known))) throw error;
    }
    return await this.#getV1(hash, range, options);
  }

  async #getV1(
    hash: string,
    range: FileRange | undefined,
    options: CasCallOptions,
  ): Promise<Reconstruction> {
    const answer = await this.#ask("v1", hash, range, options);
    this.#version ??= "v1";
    return readReconstructionV1(answer);
  }

  #ask(
    version: "v1" | "v2",
    hash: string,
    range: FileRange | undefined,
    options: CasCallOptions,
  ): Promise<unknown> {
    const path = `/${version}/reconstructions/${hash}`;
    return this.#calls.run(`GET ${path}`, options, async (attempt) => {
      const response = await this.#calls.request(attempt, "read", path, options, {
        headers: range === undefined ? {} : { range: `bytes=${range.first}-${range.last}` },
      });
      if (!response.ok) throw await attempt.refuse(response);
      return parseJson(await readText(attempt, response), `GET ${path}`);
    });
  }
}
