/** The levels of log lines, least first. */
export const LOG_LEVELS = ["debug", "info", "warning", "error"] as const;

/** How much is logged. */
export type LogLevel = (typeof LOG_LEVELS)[number];
