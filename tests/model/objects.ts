import type { Content } from "./contents.ts";
import type { Attributes, KeyState, ObjectState } from "./state.ts";
import { type Expectation, type ModelRequest, type Reply, type World } from "./world.ts";
import type { Rng } from "./rng.ts";

/** What a key holds when this is written there: a folder marker has a type of its own unless its writer gave one. */
export const storedAt = (key: string, state: ObjectState): ObjectState =>
  state.contentType === undefined && key.endsWith("/")
    ? { ...state, contentType: "application/x-directory" }
    : state;

/** The type of an object whose writer gave none (Amazon S3, PutObject). */
const typeOf = ({ contentType }: Attributes): string => contentType ?? "binary/octet-stream";

const TYPES = ["text/plain", "application/json", "image/png"];

/** Attributes of a write, often none. */
export function anyAttributes(rng: Rng): Attributes {
  const contentType = rng.chance(0.4) ? rng.pick(TYPES) : undefined;
  return {
    ...(contentType !== undefined && { contentType }),
    headers: rng.chance(0.6) ? {} : {
      ...(rng.chance(0.5) && { "cache-control": `max-age=${rng.int(1000)}` }),
      ...(rng.chance(0.3) && { "content-disposition": "attachment" }),
      ...(rng.chance(0.3) && { "content-language": "en" }),
      ...(rng.chance(0.7) && { "x-amz-meta-number": String(rng.int(1e6)) }),
      ...(rng.chance(0.2) && { "x-amz-meta-empty": "" }),
    },
    tags: rng.chance(0.8) ? {} : anyTags(rng),
  };
}

/** One to three tags. */
export function anyTags(rng: Rng): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: 1 + rng.int(3) }, (_, i) => [`tag ${i}`, `value ${rng.int(100)}`]),
  );
}

/** The headers that say attributes. */
export function headersOf({ contentType, headers, tags }: Attributes): Record<string, string> {
  return {
    ...(contentType !== undefined && { "content-type": contentType }),
    ...headers,
    ...(Object.keys(tags).length > 0 &&
      { "x-amz-tagging": new URLSearchParams(tags).toString() }),
  };
}

/** A condition on a write or a delete. */
export type WriteCondition =
  | { readonly kind: "absent" }
  | { readonly kind: "exists" }
  | { readonly kind: "content"; readonly content: Content; readonly etag: string };

/** A condition that holds about as often as not; seldom one at all. */
export function anyCondition(world: World, rng: Rng, key: string): WriteCondition | undefined {
  if (rng.chance(0.75)) return undefined;
  const kind = rng.pick(["absent", "exists", "content", "content"] as const) ?? "absent";
  if (kind !== "content") return { kind };
  const keys = rng.chance(0.6) ? [key] : world.bucket.keys();
  const state = rng.pick(world.bucket.of(rng.pick(keys) ?? key));
  const etag = state === undefined ? undefined : world.etags.of(state.content.sha256);
  return state === undefined || etag === undefined
    ? undefined
    : { kind: "content", content: state.content, etag };
}

/** The headers that say a condition. */
export function conditionHeaders(condition: WriteCondition | undefined): Record<string, string> {
  switch (condition?.kind) {
    case undefined:
      return {};
    case "absent":
      return { "if-none-match": "*" };
    case "exists":
      return { "if-match": "*" };
    case "content":
      return { "if-match": condition.etag };
    default:
      return condition satisfies never;
  }
}

/** What a condition that does not hold answers; undefined when it holds. */
export function refusalBy(
  condition: WriteCondition | undefined,
  state: KeyState,
): { readonly status: number; readonly code: string } | undefined {
  const failed = { status: 412, code: "PreconditionFailed" };
  const missing = { status: 404, code: "NoSuchKey" };
  switch (condition?.kind) {
    case undefined:
      return undefined;
    case "absent":
      return state === undefined ? undefined : failed;
    case "exists":
      return state === undefined ? missing : undefined;
    case "content":
      if (state === undefined) return missing;
      return state.content.sha256 === condition.content.sha256 ? undefined : failed;
    default:
      return condition satisfies never;
  }
}

/** What a write of an object answers. */
export function expectWrite(
  world: World,
  condition: WriteCondition | undefined,
  written: ObjectState,
  state: KeyState,
  etagOf?: (reply: Reply) => string | null,
): Expectation<KeyState> {
  const refused = refusalBy(condition, state);
  if (refused !== undefined) return { ...refused, after: state };
  return {
    status: 200,
    after: written,
    problem(reply) {
      // Of the bytes that were sent it is certain what they are; of a source or of parts it may not be.
      const { sha256 } = written.content;
      const etag = etagOf === undefined ? reply.headers.get("etag") : etagOf(reply);
      const fits = etagOf === undefined
        ? world.etags.learn(sha256, etag)
        : world.etags.fits(sha256, etag);
      return fits ? undefined : `an entity tag of other bytes: ${etag}`;
    },
  };
}

/** What is wrong with the headers that tell of an object. */
export function headerProblem(
  world: World,
  state: ObjectState,
  { headers }: Reply,
): string | undefined {
  const etag = headers.get("etag");
  if (!world.etags.fits(state.content.sha256, etag)) return `the entity tag ${etag}`;
  const wanted: Record<string, string> = { "content-type": typeOf(state), ...state.headers };
  const tags = Object.keys(state.tags).length;
  if (tags > 0) wanted["x-amz-tagging-count"] = String(tags);
  for (const [name, value] of Object.entries(wanted)) {
    if (headers.get(name) !== value) return `${name}: ${headers.get(name)} instead of ${value}`;
  }
  const told = [...headers.keys()].filter((name) =>
    name.startsWith("x-amz-meta-") || name === "x-amz-tagging-count" || name === "cache-control" ||
    name === "content-disposition" || name === "content-language"
  );
  const extra = told.find((name) => wanted[name] === undefined);
  if (extra !== undefined) return `${extra}: ${headers.get(extra)}, which nobody has set`;
  const modified = Date.parse(headers.get("last-modified") ?? "");
  return Math.abs(Date.now() - modified) < 3_600_000 * 24 ? undefined : "no Last-Modified";
}

/** An operation of the model: what is sent, and how the answer is judged. */
export interface Operation {
  /** For a person who reads what a run did. */
  readonly label: string;
  readonly request: ModelRequest;
  /** Notes what the answer means. */
  readonly judge: (reply: Reply | undefined) => void;
}
