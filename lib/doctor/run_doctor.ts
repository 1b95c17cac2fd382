/**
 * Checks whether a gateway with given settings would work, step by step, and says in words what would not.
 *
 * @module
 */

import { BucketClient } from "../buckets/bucket_client.ts";
import type { BucketClientOptions } from "../buckets/bucket_client_options.ts";
import { CasError } from "../xet/cas/cas_error.ts";
import { explain } from "./explain.ts";
import type { Finding } from "./finding.ts";
import { type HubFacts, notingFetch } from "./hub_facts.ts";

/** What is checked. */
export interface DoctorOptions
  extends Pick<BucketClientOptions, "token" | "namespace" | "fetch" | "sleep"> {
  /** The Hub's base URL. */
  readonly endpoint: string;
  /** A bucket to write a small object to. Default: one is made, and removed. */
  readonly bucket?: string | undefined;
  /** Ends it. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds since 1970. Default: the system's clock. */
  readonly now?: () => number;
}

/** S3 refuses signatures that are further off (SigV4: 15 minutes). */
const MAX_SKEW_SECONDS = 900;
/** Beyond it a clock is not kept right, and tokens seem to end early or late. */
const WORRYING_SKEW_SECONDS = 60;
/** Of a quota: less is soon gone. */
const WORRYING_SHARE = 0.05;
const CALL_MS = 15_000;

/**
 * Checks one thing after the other, and tells of each. What cannot be known because something before it has failed is skipped.
 * Leaves nothing behind but, where removing fails, what the last finding names.
 */
export async function* runDoctor(options: DoctorOptions): AsyncGenerator<Finding, void, void> {
  const { endpoint, token, namespace, sleep, signal, now = Date.now } = options;
  const facts: HubFacts = { skewSeconds: undefined, limits: [] };
  await using client = new BucketClient({
    endpoint,
    token,
    namespace,
    sleep,
    timeoutMs: CALL_MS,
    casTimeoutMs: CALL_MS,
    workers: 0,
    userAgent: "hugbucket-doctor",
    fetch: notingFetch(facts, { fetch: options.fetch, now }),
    observer: { hub: { began: () => () => {}, quota: (limits) => void (facts.limits = limits) } },
  });
  const role = yield* checkToken(client, options);
  yield clockFinding(facts.skewSeconds);
  yield quotaFinding(facts);
  if (role === undefined) {
    yield {
      check: "round trip",
      status: "skipped",
      message: "Not tried, as the token does not work",
    };
    return;
  }
  yield* roundTrip(client, options, signal);
}

/** @returns What the token may do; undefined if it does not work. */
async function* checkToken(
  client: BucketClient,
  { endpoint, signal }: DoctorOptions,
): AsyncGenerator<Finding, string | undefined, void> {
  try {
    const { name, role = "unknown" } = await client.whoAmI({ signal });
    yield { check: "hub", status: "ok", message: `${endpoint} answers` };
    yield role === "read"
      ? {
        check: "token",
        status: "failed",
        message: `The token of ${name} may only read: every write will be refused`,
        advice:
          "Make one with write access at https://huggingface.co/settings/tokens, unless reading is all that is wanted.",
      }
      : { check: "token", status: "ok", message: `The token is ${name}'s; its role is ${role}` };
    return role;
  } catch (error) {
    signal?.throwIfAborted();
    const explanation = explain(error, "asking whose the token is");
    const isToken = explanation.message.includes("token");
    if (isToken) yield { check: "hub", status: "ok", message: `${endpoint} answers` };
    yield { check: isToken ? "token" : "hub", status: "failed", ...explanation };
    return undefined;
  }
}

function clockFinding(skew: number | undefined): Finding {
  if (skew === undefined) {
    return { check: "clock", status: "skipped", message: "The Hub has not told the time" };
  }
  const seconds = Math.round(Math.abs(skew));
  const message = `This machine's clock is ${seconds} s ${
    skew < 0 ? "behind" : "ahead of"
  } the Hub's`;
  const advice =
    "Have the clock set by NTP: S3 signatures are refused when clocks differ by 15 minutes.";
  if (seconds > MAX_SKEW_SECONDS) return { check: "clock", status: "failed", message, advice };
  if (seconds > WORRYING_SKEW_SECONDS) {
    return { check: "clock", status: "warning", message, advice };
  }
  return { check: "clock", status: "ok", message };
}

function quotaFinding({ limits }: HubFacts): Finding {
  const api = limits.find(({ name }) => name === "api");
  if (api === undefined) {
    return {
      check: "quota",
      status: "skipped",
      message: "The Hub has not told what is left of its quota",
    };
  }
  const { left, quota = left, resetSeconds } = api;
  const message = `${left} of ${quota} API calls are left for the next ${resetSeconds} s`;
  if (left > quota * WORRYING_SHARE) return { check: "quota", status: "ok", message };
  return {
    check: "quota",
    status: left === 0 ? "failed" : "warning",
    message,
    advice: "Wait, use the token in fewer places, or use a plan with a larger quota.",
  };
}

/** Writes, reads and deletes a small object. */
async function* roundTrip(
  client: BucketClient,
  { bucket: named }: DoctorOptions,
  signal: AbortSignal | undefined,
): AsyncGenerator<Finding, void, void> {
  const suffix = crypto.randomUUID().slice(0, 8);
  const path = `hugbucket-doctor-${suffix}.txt`;
  const bytes = new TextEncoder().encode(`hugbucket doctor ${suffix}\n`);
  let bucket = named;
  if (bucket === undefined) {
    const made = yield* attempt("create bucket", "creating a bucket", async () => {
      const { id } = await client.create(`hugbucket-doctor-${suffix}`, { private: true, signal });
      bucket = id;
      return `Made ${id}`;
    }, signal);
    if (!made || bucket === undefined) return;
  }
  const at = bucket;
  const written = yield* attempt("write", "writing an object", async () => {
    await client.uploadFile(at, bytes, path, { signal });
    return `Wrote ${bytes.length} bytes to ${at}/${path}`;
  }, signal);
  if (written) {
    yield* attempt("read", "reading an object", async () => {
      const text = await (await client.downloadFile(at, path, { signal })).text();
      if (text !== new TextDecoder().decode(bytes)) throw new Error("other bytes came back");
      return "Read the same bytes";
    }, signal);
  }
  if (named === undefined) {
    yield* attempt("remove", `deleting the bucket ${at}`, async () => {
      await client.delete(at, {});
      return `Removed ${at}`;
    }, signal);
  } else if (written) {
    yield* attempt("remove", `deleting ${at}/${path}`, async () => {
      await client.batchFiles(at, { delete: [path] });
      return `Removed ${path}`;
    }, signal);
  }
}

/** @returns Whether it went well. */
async function* attempt(
  check: string,
  doing: string,
  work: () => Promise<string>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Finding, boolean, void> {
  try {
    yield { check, status: "ok", message: await work() };
    return true;
  } catch (error) {
    signal?.throwIfAborted();
    yield {
      check: error instanceof CasError ? "cas" : check,
      status: "failed",
      ...explain(error, doing),
    };
    return false;
  }
}
