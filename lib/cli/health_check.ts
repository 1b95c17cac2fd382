import type { Config } from "../config/config.ts";

const TIMEOUT_MS = 5_000;

/**
 * Asks the gateway of these settings on this machine whether its process answers, whatever becomes of the Hub.
 *
 * @returns What is wrong, in a line; undefined when it answers.
 */
export async function healthProblem(
  { host, port }: Pick<Config, "host" | "port">,
): Promise<string | undefined> {
  const own = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  const url = `http://${own.includes(":") ? `[${own}]` : own}:${port}/-/health`;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    const text = await response.text();
    if (response.ok && text === "healthy\n") return undefined;
    return `${url} answers, but not as a gateway does`;
  } catch (error) {
    return `${url} does not answer: ${error instanceof Error ? error.message : error}`;
  }
}
