import { Contents } from "./contents.ts";
import type { KeyState, ModelBucket } from "./state.ts";

/** A request of the model. */
export interface ModelRequest {
  readonly method: string;
  /** Path and query behind the bucket, escaped; empty for the bucket itself. */
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer> | string;
}

/** An answer, read to its end. */
export interface Reply {
  readonly status: number;
  /** Of an error document, else empty. */
  readonly code: string;
  readonly headers: Headers;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The bytes as text. */
  readonly text: string;
}

/** Sends a request; undefined if the answer broke off. */
export type Send = (request: ModelRequest) => Promise<Reply | undefined>;

/** Which answers a fault may lead to, beside the true one. */
export interface Tolerance {
  /** Codes of error documents. */
  readonly codes: ReadonlySet<string>;
  /** Statuses of answers without a body. */
  readonly statuses: ReadonlySet<number>;
  /** Whether an answer may break off. */
  readonly breaks: boolean;
  /** Whether a write that fails may leave an object without what belongs to it. */
  readonly halves?: boolean;
}

/** Nothing but the true answer. */
export const STRICT: Tolerance = { codes: new Set(), statuses: new Set(), breaks: false };

/** What the operations of a run share. */
export interface World {
  readonly bucketName: string;
  readonly bucket: ModelBucket;
  readonly contents: Contents;
  readonly etags: ETags;
  readonly send: Send;
  readonly tolerance: Tolerance;
  /** Whether large parts are made. */
  readonly largeParts: boolean;
}

/** An answer that no possible state explains. */
export class Mismatch extends Error {
  /** The name of the class. */
  override readonly name = "Mismatch";
}

/** Which entity tag belongs to which bytes: each has one, and no two share one. */
export class ETags {
  readonly #byContent = new Map<string, string>();
  readonly #byTag = new Map<string, string>();

  /** Whether a tag can belong to bytes. */
  fits(sha256: string, etag: string | null): boolean {
    if (etag === null || !/^"[0-9a-f]{32}-1"$/.test(etag)) return false;
    const [tag, content] = [this.#byContent.get(sha256), this.#byTag.get(etag)];
    return (tag ?? etag) === etag && (content ?? sha256) === sha256;
  }

  /** The same; if it fits, it belongs to these bytes from then on. To be asked only of bytes that are certain. */
  learn(sha256: string, etag: string | null): boolean {
    if (etag === null || !this.fits(sha256, etag)) return false;
    this.#byContent.set(sha256, etag);
    this.#byTag.set(etag, sha256);
    return true;
  }

  /** The tag of bytes, if they were seen. */
  of(sha256: string): string | undefined {
    return this.#byContent.get(sha256);
  }
}

/** Whether an answer is one that a fault may lead to. */
export function isTolerated({ tolerance }: World, reply: Reply | undefined): boolean {
  if (reply === undefined) return tolerance.breaks;
  return reply.code === ""
    ? tolerance.statuses.has(reply.status) && reply.bytes.length === 0
    : tolerance.codes.has(reply.code);
}

/** What a state makes an answer be, and what the state is afterwards. */
export interface Expectation<S> {
  readonly status: number;
  /** Of an error. */
  readonly code?: string;
  /** What else is wrong with an answer of that status; nothing when it is as it must be. */
  readonly problem?: (reply: Reply) => string | undefined;
  readonly after: S;
}

/**
 * Holds an answer against all possible states.
 *
 * @param reply The answer; undefined if it broke off.
 * @param states Those that were possible.
 * @param expect What each of them makes the answer be.
 * @returns Those that are possible now.
 * @throws Mismatch if none explains it.
 */
export function judge<S>(
  world: World,
  reply: Reply | undefined,
  states: readonly S[],
  expect: (state: S) => Expectation<S>,
): readonly S[] {
  const expectations = states.map(expect);
  const problems: string[] = [];
  const left = expectations.flatMap((expected) => {
    const problem = reply === undefined ? "it broke off" : problemOf(expected, reply);
    if (problem !== undefined) problems.push(problem);
    return problem === undefined ? [expected.after] : [];
  });
  if (left.length > 0) return left;
  if (!isTolerated(world, reply)) throw new Mismatch([...new Set(problems)].join("; or "));
  const done = expectations.filter(({ status }) => status < 300);
  return [...states, ...done.map(({ after }) => after)];
}

function problemOf<S>(expected: Expectation<S>, reply: Reply): string | undefined {
  const { status, code = "", problem } = expected;
  const isBodiless = reply.bytes.length === 0;
  if (reply.status !== status || (reply.code !== code && !(isBodiless && status >= 300))) {
    return `expected ${status} ${code}, got ${reply.status} ${reply.code}`;
  }
  return problem?.(reply);
}

/**
 * Notes what a key may hold after a write. Where the Hub has taken the object and not what belongs to it, or the other way
 * round, a write that fails can leave an object without its metadata or its parts.
 */
export function noteWrite(
  world: World,
  reply: Reply | undefined,
  key: string,
  states: readonly KeyState[],
): void {
  const isHalf = world.tolerance.halves === true && isTolerated(world, reply);
  world.bucket.set(key, isHalf ? [...states, ...states.flatMap(halvesOf)] : states);
}

/** What is left of an object without its metadata, its parts or both. */
export function halvesOf(state: KeyState): readonly KeyState[] {
  if (state === undefined) return [];
  const { parts: _, ...partless } = state;
  const bare = { headers: {}, tags: {} };
  return [{ ...state, ...bare }, partless, { ...partless, ...bare }];
}

/** A key as a path, with the slash before it. */
export const keyPath = (key: string): string =>
  `/${key.split("/").map((segment) => encodeURIComponent(segment)).join("/")}`;
