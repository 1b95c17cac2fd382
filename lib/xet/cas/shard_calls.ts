import * as v from "valibot";
import { ownBuffer, readText, understood } from "./answers.ts";
import type { CasCalls } from "./cas_calls.ts";
import type { CasCallOptions } from "./cas_options.ts";
import { readShardProgress } from "./shard_progress.ts";

const registered = v.object({ result: v.number() });

/** Registers shards by the newest version of the API that the CAS serves. */
export class ShardCalls {
  readonly #calls: CasCalls;
  readonly #idleMs: number;
  #version: "v1" | "v2" = "v2";

  /**
   * @param calls How to reach the CAS.
   * @param idleMs How long a call may stand still.
   */
  constructor(calls: CasCalls, idleMs: number) {
    this.#calls = calls;
    this.#idleMs = idleMs;
  }

  /** Registers a shard: `POST /v2/shards`, on 404 or 501 from then on `POST /v1/shards`. */
  async put(bytes: Uint8Array, options: CasCallOptions): Promise<void> {
    if (this.#version === "v2") {
      if (await this.#putV2(bytes, options)) return;
      this.#version = "v1";
    }
    const what = "POST /v1/shards";
    await this.#calls.run(what, options, async (attempt) => {
      const response = await this.#calls.request(attempt, "write", "/v1/shards", options, {
        method: "POST",
        body: ownBuffer(bytes),
      });
      if (!response.ok) throw await attempt.refuse(response);
      understood(registered, await readText(attempt, response), what);
    }, this.#idleMs);
  }

  /** False when the CAS does not serve version 2. */
  #putV2(bytes: Uint8Array, options: CasCallOptions): Promise<boolean> {
    return this.#calls.run("POST /v2/shards", options, async (attempt) => {
      const response = await this.#calls.request(attempt, "write", "/v2/shards", options, {
        method: "POST",
        body: ownBuffer(bytes),
      });
      if (response.status === 404 || response.status === 501) {
        await attempt.leave(response);
        return false;
      }
      if (!response.ok) throw await attempt.refuse(response);
      await readShardProgress(attempt.receive(response));
      return true;
    }, this.#idleMs);
  }
}
