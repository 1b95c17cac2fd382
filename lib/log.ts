/**
 * The log: one JSON object a line. Whoever logs passes facts, never headers or URLs: a token, a
 * signature, a presigned query or a signed storage URL must not get here.
 *
 * @module
 */

import { configure, getConsoleSink, getJsonLinesFormatter, getLogger } from "@logtape/logtape";
import type { LogLevel } from "./config/log_level.ts";

/** Facts of a log line; errors are written with name, message and causes. */
export type LogFacts = Readonly<Record<string, string | number | boolean | Error | undefined>>;

/** Writes log lines. */
export interface Log {
  /** Details for someone who looks for a fault. */
  debug(message: string, facts?: LogFacts): void;
  /** The ordinary course. */
  info(message: string, facts?: LogFacts): void;
  /** Something that should be looked at. */
  warning(message: string, facts?: LogFacts): void;
  /** Something that failed. */
  error(message: string, facts?: LogFacts): void;
}

/** A log that goes nowhere. */
export const SILENT_LOG: Log = { debug() {}, info() {}, warning() {}, error() {} };

/**
 * Makes the process's log on the console.
 *
 * @param level The least level that is written.
 */
export async function createConsoleLog(level: LogLevel): Promise<Log> {
  await configure({
    reset: true,
    sinks: {
      console: getConsoleSink({ formatter: getJsonLinesFormatter({ properties: "flatten" }) }),
    },
    loggers: [
      { category: "hugbucket", sinks: ["console"], lowestLevel: level },
      { category: ["logtape", "meta"], sinks: ["console"], lowestLevel: "warning" },
    ],
  });
  const logger = getLogger("hugbucket");
  return {
    debug: (message, facts) => logger.debug(message, plain(facts)),
    info: (message, facts) => logger.info(message, plain(facts)),
    warning: (message, facts) => logger.warning(message, plain(facts)),
    error: (message, facts) => logger.error(message, plain(facts)),
  };
}

function plain(facts: LogFacts = {}): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(facts).map(([name, fact]) => [name, fact instanceof Error ? chain(fact) : fact]),
  );
}

/** An error and its causes as text, innermost last. */
function chain(error: Error): string {
  const links: string[] = [];
  for (let link: unknown = error; link instanceof Error && links.length < 10; link = link.cause) {
    links.push(`${link.name}: ${link.message}`);
  }
  return links.join(" < ");
}
