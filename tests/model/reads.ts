import { Buffer } from "node:buffer";
import type { Rng } from "./rng.ts";
import type { KeyState, ObjectState } from "./state.ts";
import { headerProblem, type Operation } from "./objects.ts";
import { type Expectation, judge, keyPath, type Reply, type World } from "./world.ts";

const LONG_AGO = "Mon, 01 Jan 2001 00:00:00 GMT";
const IN_FUTURE = "Fri, 01 Jan 2100 00:00:00 GMT";

/** A condition of a read, and what it answers when it does not hold. */
interface ReadCondition {
  readonly name: string;
  readonly value: string;
  readonly refuses: (state: ObjectState) => 304 | 412 | undefined;
}

interface Range {
  readonly header: string;
  /** Inclusive positions; undefined if it cannot be satisfied; `whole` if it is passed over. */
  readonly of: (size: number) => { first: number; last: number } | "whole" | undefined;
}

/** GetObject or HeadObject, with conditions, ranges and part numbers. */
export function readObject(world: World, rng: Rng, key: string): Operation {
  const method = rng.chance(0.7) ? "GET" : "HEAD";
  const condition = rng.chance(0.2) ? anyReadCondition(world, rng, key) : undefined;
  const partNumber = rng.chance(0.04) ? 1 + rng.int(3) : undefined;
  const range = partNumber === undefined && rng.chance(0.3) ? anyRange(world, rng, key) : undefined;
  const query = partNumber === undefined ? "" : `?partNumber=${partNumber}`;
  return {
    label: `${method} ${key}${query} ${condition?.name ?? ""} ${range?.header ?? ""}`,
    request: {
      method,
      target: keyPath(key) + query,
      headers: {
        ...(condition !== undefined && { [condition.name]: condition.value }),
        ...(range !== undefined && { range: range.header }),
      },
    },
    judge(reply) {
      const states = judge(
        world,
        reply,
        world.bucket.of(key),
        (state) => expectRead(world, { method, condition, range, partNumber }, state),
      );
      world.bucket.set(key, states);
    },
  };
}

interface Asked {
  readonly method: string;
  readonly condition: ReadCondition | undefined;
  readonly range: Range | undefined;
  readonly partNumber: number | undefined;
}

function expectRead(world: World, asked: Asked, state: KeyState): Expectation<KeyState> {
  const { method, condition, range, partNumber } = asked;
  if (state === undefined) return { status: 404, code: "NoSuchKey", after: state };
  const refused = condition?.refuses(state);
  if (refused === 304) return { status: 304, after: state };
  if (refused === 412) return { status: 412, code: "PreconditionFailed", after: state };
  const { bytes } = state.content;
  const part = partNumber === undefined ? undefined : partOf(state, partNumber);
  if (partNumber !== undefined && part === undefined) {
    return { status: 416, code: "InvalidPartNumber", after: state };
  }
  const span = part ?? range?.of(bytes.length) ?? (range === undefined ? "whole" : undefined);
  if (span === undefined) return { status: 416, code: "InvalidRange", after: state };
  const learned = ({ headers }: Reply): undefined => {
    const isCertain = span === "whole" && method === "GET";
    if (isCertain) world.etags.learn(state.content.sha256, headers.get("etag"));
  };
  const body = span === "whole" ? bytes : bytes.subarray(span.first, span.last + 1);
  return {
    status: span === "whole" ? 200 : 206,
    after: state,
    problem: (reply) =>
      bodyProblem(method, body, reply) ?? headerProblem(world, state, reply) ??
        rangeProblem(span, bytes.length, reply) ?? learned(reply),
  };
}

function partOf({ parts, content }: ObjectState, number: number) {
  const size = content.bytes.length;
  if (parts === undefined) {
    // The end of nothing has no positions.
    if (number !== 1) return undefined;
    return size === 0 ? "whole" : { first: 0, last: size - 1 };
  }
  const at = parts.findIndex((part) => part.number === number);
  const length = parts[at]?.size;
  if (length === undefined) return undefined;
  const first = parts.slice(0, at).reduce((sum, { size }) => sum + size, 0);
  // No answer can hold an empty part of something that is not empty (RFC 9110 section 14.4).
  if (length === 0) return content.bytes.length > 0 ? undefined : "whole";
  return { first, last: first + length - 1 };
}

function bodyProblem(method: string, body: Uint8Array, reply: Reply): string | undefined {
  const length = reply.headers.get("content-length");
  if (length !== String(body.length)) return `Content-Length ${length} instead of ${body.length}`;
  if (method === "HEAD") return reply.bytes.length === 0 ? undefined : "a body for HEAD";
  if (reply.bytes.length !== body.length) {
    return `${reply.bytes.length} bytes instead of ${body.length}`;
  }
  return Buffer.compare(reply.bytes, body) === 0 ? undefined : "other bytes";
}

function rangeProblem(
  span: { first: number; last: number } | "whole",
  size: number,
  { headers }: Reply,
): string | undefined {
  const wanted = span === "whole" ? null : `bytes ${span.first}-${span.last}/${size}`;
  const told = headers.get("content-range");
  return told === wanted ? undefined : `Content-Range ${told} instead of ${wanted}`;
}

function anyReadCondition(world: World, rng: Rng, key: string): ReadCondition | undefined {
  const other = rng.pick(world.bucket.keys()) ?? key;
  const state = rng.pick(world.bucket.of(rng.chance(0.5) ? key : other));
  const sha256 = state?.content.sha256;
  const etag = sha256 === undefined ? undefined : world.etags.of(sha256);
  const is = (one: ObjectState) => one.content.sha256 === sha256;
  switch (rng.int(6)) {
    case 0:
      return { name: "if-modified-since", value: LONG_AGO, refuses: () => undefined };
    case 1:
      return { name: "if-unmodified-since", value: LONG_AGO, refuses: () => 412 };
    case 2:
      return { name: "if-unmodified-since", value: IN_FUTURE, refuses: () => undefined };
    case 3:
      return { name: "if-none-match", value: "*", refuses: () => 304 };
    case 4:
      return etag === undefined ? undefined : {
        name: "if-none-match",
        value: `"other", ${etag}`,
        refuses: (one) => is(one) ? 304 : undefined,
      };
    default:
      return etag === undefined
        ? undefined
        : { name: "if-match", value: etag, refuses: (one) => is(one) ? undefined : 412 };
  }
}

function anyRange(world: World, rng: Rng, key: string): Range {
  const size = rng.pick(world.bucket.of(key))?.content.bytes.length ?? 10;
  const near = () => Math.max(0, rng.int(size + 3) - 1);
  const [a, b] = [near(), near()];
  switch (rng.int(4)) {
    case 0:
      return {
        header: `bytes=${a}-`,
        of: (length) => a < length ? { first: a, last: length - 1 } : undefined,
      };
    case 1:
      return {
        header: `bytes=-${b}`,
        of: (length) => {
          if (b === 0) return undefined;
          return length === 0 ? "whole" : { first: Math.max(0, length - b), last: length - 1 };
        },
      };
    case 2:
      return { header: `bytes=${a}-${b},0-0`, of: () => "whole" };
    default:
      return {
        header: `bytes=${a}-${b}`,
        of: (length) => {
          if (a > b) return "whole";
          return a < length ? { first: a, last: Math.min(b, length - 1) } : undefined;
        },
      };
  }
}

/** GetObjectTagging. */
export function readTags(world: World, key: string): Operation {
  return {
    label: `GET tags of ${key}`,
    request: { method: "GET", target: `${keyPath(key)}?tagging` },
    judge: judgeTold(world, key, ({ tags }, { text }) => {
      const pairs = [...text.matchAll(/<Key>([^<]*)<\/Key><Value>([^<]*)<\/Value>/g)];
      const told = JSON.stringify(
        Object.fromEntries(pairs.map(([, name = "", value]) => [name, value])),
      );
      const wanted = JSON.stringify(tags);
      return told === wanted ? undefined : `the tags ${told} instead of ${wanted}`;
    }),
  };
}

/** GetObjectAttributes. */
export function readAttributes(world: World, key: string): Operation {
  return {
    label: `GET attributes of ${key}`,
    request: {
      method: "GET",
      target: `${keyPath(key)}?attributes`,
      headers: { "x-amz-object-attributes": "ETag,ObjectSize,ObjectParts,StorageClass" },
    },
    judge: judgeTold(world, key, (state, { text }) => attributesProblem(world, state, text)),
  };
}

/** Judges what is told of an object besides its bytes: 404 where there is none, and no condition. */
function judgeTold(
  world: World,
  key: string,
  problem: (state: ObjectState, reply: Reply) => string | undefined,
): Operation["judge"] {
  return (reply) => {
    const expect = (state: KeyState): Expectation<KeyState> =>
      state === undefined ? { status: 404, code: "NoSuchKey", after: state } : {
        status: 200,
        after: state,
        problem: (answer) => problem(state, answer),
      };
    world.bucket.set(key, judge(world, reply, world.bucket.of(key), expect));
  };
}

function attributesProblem(world: World, state: ObjectState, text: string): string | undefined {
  const element = (name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1];
  const etag = element("ETag");
  if (!world.etags.fits(state.content.sha256, `"${etag}"`)) return `the entity tag ${etag}`;
  const size = element("ObjectSize");
  if (size !== String(state.content.bytes.length)) return `the size ${size}`;
  const count = element("TotalPartsCount") ?? element("PartsCount");
  const wanted = state.parts === undefined ? undefined : String(state.parts.length);
  return count === wanted ? undefined : `${count} parts instead of ${wanted}`;
}

/** GetObject of all of it. */
export function readWhole(world: World, key: string): Operation {
  const asked = { method: "GET", condition: undefined, range: undefined, partNumber: undefined };
  return {
    label: `GET ${key}`,
    request: { method: "GET", target: keyPath(key) },
    judge(reply) {
      const expect = (state: KeyState) => expectRead(world, asked, state);
      world.bucket.set(key, judge(world, reply, world.bucket.of(key), expect));
    },
  };
}
