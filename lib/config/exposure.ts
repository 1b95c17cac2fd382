import type { Config } from "./config.ts";

/** Whether an address can be reached from this machine only. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || host === "[::1]" ||
    /^127(\.\d{1,3}){3}$/.test(host);
}

/**
 * Without an access key pair everyone who reaches the address may read and write with our token, so that
 * has to be asked for in so many words.
 *
 * @param config The settings.
 * @param hasAccessKey Whether requests must be signed.
 * @returns What is wrong, or undefined.
 */
export function exposureProblem(config: Config, hasAccessKey: boolean): string | undefined {
  if (hasAccessKey || config.allowAnonymous || isLoopback(config.host)) return undefined;
  return `HUGBUCKET_HOST ${config.host} can be reached by others, but there is no access key pair: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or HUGBUCKET_ALLOW_ANONYMOUS=true`;
}
