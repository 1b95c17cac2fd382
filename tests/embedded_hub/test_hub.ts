/** A hub in memory with a few people in it, and short ways to ask it things. */

import { assertEquals } from "@std/assert";
import {
  createEmbeddedHub,
  type EmbeddedHub,
  type EmbeddedHubOptions,
} from "../../lib/create_embedded_hub.ts";

/** Tokens of the people in a test hub. `alice` and `bob` write in `team`, `carol` reads there; `alice` has a read token too. */
export const TOKENS = {
  alice: "hf_alice",
  aliceRead: "hf_alice_read",
  bob: "hf_bob",
  carol: "hf_carol",
} as const;

/** The hash of the empty file. */
export const EMPTY = "0".repeat(64);

/** A file that `registerRecorded` makes known to the CAS: 200,000 bytes. */
export const DOC = "a9adea96ac7f7b4963c9832656768353b4de5ccd889cf7d9e0878cd8c19c0cdd";

/** A file that `registerRecorded` makes known to the CAS: 900,000 bytes. */
export const RAND = "0e1cbcfe2985549902669329ad921897ab5a2aa31fc1eb220ce3921b20edf17f";

const XORB = "9396bd01def18549801800b358d83e535c8f5a0249a1c3d4f88cb2190f5ab08a";
const RECORDED = new URL("../vectors/recorded/", import.meta.url);

/** What a call sends. */
export interface CallOptions {
  /** Whose token; `null` for none. Alice's unless given. */
  readonly token?: string | null;
  /** A JSON body. */
  readonly json?: unknown;
  /** A body as it is. */
  readonly body?: BodyInit;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed text; undefined if it is not JSON. */
  readonly json: unknown;
}

/** A running hub for a test. */
export interface TestHub extends AsyncDisposable {
  readonly hub: EmbeddedHub;
  /** Calls without following redirects. */
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  /** Sends operations to a bucket and returns the answer. */
  batch(bucket: string, ...operations: readonly unknown[]): Promise<Answer>;
  /** Adds empty files, which need no content. */
  addEmpty(bucket: string, ...paths: readonly string[]): Promise<void>;
  /** Gives the CAS the content of two files, `DOC` and `RAND`. */
  registerRecorded(bucket: string): Promise<void>;
}

/** Starts a hub in memory with the bucket `alice/photos`. */
export async function startTestHub(options: EmbeddedHubOptions = {}): Promise<TestHub> {
  const hub = await createEmbeddedHub({
    users: [
      { name: "alice", token: TOKENS.alice, orgs: ["team"], plan: "pro" },
      { name: "alice", token: TOKENS.aliceRead, role: "read", orgs: ["team"] },
      { name: "bob", token: TOKENS.bob, orgs: ["team"] },
      { name: "carol", token: TOKENS.carol, orgs: [{ name: "team", role: "read" }] },
    ],
    orgs: ["others"],
    ...options,
  });
  const test = callsOf(hub);
  assertEquals((await test.call("POST", "/api/buckets/alice/photos")).status, 200);
  hub.counters.reset();
  return test;
}

function callsOf(hub: EmbeddedHub): TestHub {
  const call = (method: string, path: string, options: CallOptions = {}) =>
    request(hub.url + path, method, options);
  const batch = (bucket: string, ...operations: readonly unknown[]) =>
    call("POST", `/api/buckets/${bucket}/batch`, {
      body: operations.map((operation) => JSON.stringify(operation)).join("\n"),
      headers: { "Content-Type": "application/x-ndjson" },
    });
  return {
    hub,
    call,
    batch,
    async addEmpty(bucket, ...paths) {
      const added = await batch(
        bucket,
        ...paths.map((path) => ({ type: "addFile", path, xetHash: EMPTY })),
      );
      assertEquals(field(added.json, "failed"), []);
    },
    async registerRecorded(bucket) {
      const token = await call("GET", `/api/buckets/${bucket}/xet-write-token`);
      const casToken = String(field(token.json, "accessToken"));
      await upload(`/cas/v1/xorbs/default/${XORB}`, "6f7be76ad5dee5c4.bin", casToken);
      await upload("/cas/v1/shards", "ae46227a287a4867.bin", casToken);
    },
    [Symbol.asyncDispose]: () => hub.close(),
  };

  async function upload(path: string, file: string, token: string): Promise<void> {
    const body = await Deno.readFile(new URL(file, RECORDED));
    assertEquals((await call("POST", path, { body, token })).status, 200);
  }
}

async function request(url: string, method: string, options: CallOptions): Promise<Answer> {
  const headers = new Headers(options.headers);
  const token = options.token === undefined ? TOKENS.alice : options.token;
  if (token !== null) headers.set("Authorization", `Bearer ${token}`);
  if (options.json !== undefined) headers.set("Content-Type", "application/json");
  const body = options.json === undefined ? options.body : JSON.stringify(options.json);
  const response = await fetch(url, { method, headers, body: body ?? null, redirect: "manual" });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: parsed(text) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A member of a JSON object, or of the array member's object. */
export function field(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null) throw new TypeError(`No object: ${value}`);
  return Object.entries(value).find(([key]) => key === name)?.[1];
}

/** A member of each object of a JSON array. */
export function fields(value: unknown, name: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new TypeError(`No array: ${JSON.stringify(value)}`);
  return value.map((item) => field(item, name));
}

/** Asserts an error answer: status, message in body and header, and code. */
export function assertError(
  answer: Answer,
  status: number,
  code: string | null,
  message: string,
): void {
  assertEquals(
    [answer.status, answer.headers.get("X-Error-Code"), field(answer.json, "error")],
    [status, code, message],
  );
  assertEquals(answer.headers.get("X-Error-Message"), message);
  assertEquals(typeof answer.headers.get("X-Request-Id"), "string");
}
