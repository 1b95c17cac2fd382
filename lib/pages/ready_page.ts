import type { Page } from "./page.ts";
import { textAnswer } from "./pages.ts";

/** Says why no request can be served; undefined when they can. */
export type ReadinessCheck = () => Promise<string | undefined>;

/**
 * `/-/ready`: requests can be served. 503, with the reason, while the gateway is being stopped or the check finds something.
 *
 * @param check What else must hold.
 */
export function readyPage(check: ReadinessCheck): Page {
  return {
    async answer({ stopping }) {
      const reason = stopping ? "stopping" : await check();
      return reason === undefined ? textAnswer(200, "ready") : textAnswer(503, reason);
    },
  };
}
