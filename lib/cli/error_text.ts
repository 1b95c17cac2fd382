import { HubError } from "../buckets/mod.ts";

/** What is said of an error that ends a command, without a stack. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (!(error instanceof HubError)) return error.message;
  const facts = [
    error.retryAfterSeconds === undefined
      ? undefined
      : `try again in ${Math.ceil(error.retryAfterSeconds)} s`,
    error.requestId === undefined ? undefined : `request ${error.requestId}`,
  ].filter((fact) => fact !== undefined);
  return facts.length === 0 ? error.message : `${error.message} (${facts.join(", ")})`;
}
