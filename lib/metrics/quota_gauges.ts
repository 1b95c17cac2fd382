import { Gauge, type Registry } from "prom-client";
import type { LimitState } from "../hub/rate_limit.ts";

/** What the Hub's quotas leave, as its last answer has it. */
export class QuotaGauges {
  readonly #left: Gauge<"quota">;
  readonly #limit: Gauge<"quota">;
  readonly #reset: Gauge<"quota">;

  /** @param registers Where they are shown. */
  constructor(registers: Registry[]) {
    const gauge = (name: string, help: string) =>
      new Gauge({ name: `hugbucket_hub_quota_${name}`, help, labelNames: ["quota"], registers });
    this.#left = gauge("left", "Calls that the Hub still takes in this window, by its quota");
    this.#limit = gauge("limit", "Calls of a whole window, by the Hub's quota");
    this.#reset = gauge(
      "reset_timestamp_seconds",
      "When the Hub's window ends, in seconds since 1970",
    );
  }

  /** Takes what an answer says. */
  set(limits: readonly LimitState[]): void {
    for (const { name, left, quota, resetSeconds } of limits) {
      const labels = { quota: name };
      this.#left.set(labels, left);
      if (quota !== undefined) this.#limit.set(labels, quota);
      this.#reset.set(labels, Math.round(Date.now() / 1000 + resetSeconds));
    }
  }
}
