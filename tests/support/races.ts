/**
 * Conditional writers that race over HTTP against gateways on an embedded hub, and what must hold of every
 * race. For the suite with a few rounds, for `deno task test:races` with a thousand.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { createEmbeddedHub } from "../../lib/create_embedded_hub.ts";
import { createGateway } from "../../lib/create_gateway.ts";
import { MemoryKeyLocks } from "../../lib/flow/key_locks.ts";
import type { SharedKv } from "../../lib/kv/shared_kv.ts";

/** An answer, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** What a request says besides its method and target. */
export interface Sent {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Gateways that share one hub and the locks of keys, with a bucket. */
export interface RaceCourse extends AsyncDisposable {
  /** Sends a request for a target in the bucket; the gateways take turns. */
  send(method: string, target: string, sent?: Sent): Promise<Answer>;
}

const BUCKET = "races";

/** Starts the gateways, each with a server of its own. They share locks in memory, or those and the registry in a KV. */
export async function startRaceCourse(
  gateways: number,
  { kv }: { readonly kv?: SharedKv } = {},
): Promise<RaceCourse> {
  const hub = await createEmbeddedHub();
  const locks = new MemoryKeyLocks();
  const running = Array.from({ length: gateways }, () => {
    const gateway = createGateway({
      token: hub.token,
      endpoint: hub.url,
      allowAnonymous: true,
      ...(kv === undefined ? { locks } : { kv }),
    });
    const server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      gateway.handler,
    );
    return { gateway, server };
  });
  let turn = 0;
  const course: RaceCourse = {
    async send(method, target, { headers = {}, body } = {}) {
      const { server } = running[turn++ % running.length] ?? fail("There is no gateway");
      const response = await fetch(`http://127.0.0.1:${server.addr.port}/${BUCKET}${target}`, {
        method,
        headers,
        body: body ?? null,
      });
      return { status: response.status, headers: response.headers, text: await response.text() };
    },
    async [Symbol.asyncDispose]() {
      for (const { gateway, server } of running) {
        await server.shutdown();
        await gateway.close();
      }
      await hub.close();
    },
  };
  await expect(200, course.send("PUT", ""));
  return course;
}

/** Begins the work when it is first asked for, once for all who ask. */
function lazily(work: () => Promise<void>): () => Promise<void> {
  let under: Promise<void> | undefined;
  return () => under ??= work();
}

/** The operations that can be a conditional write of an object. */
export const WRITER_KINDS = ["PutObject", "CompleteMultipartUpload", "CopyObject"] as const;

type WriterKind = typeof WRITER_KINDS[number];

/** One who wants to write a key: nobody else has its bytes and its metadata. */
interface Writer {
  readonly kind: WriterKind;
  readonly body: string;
  readonly name: string;
  /** The one write that races. */
  readonly write: () => Promise<Answer>;
  /** Clears away what a lost race leaves. */
  readonly giveUp: () => Promise<void>;
}

/** What came of races. */
export interface RaceResult {
  readonly rounds: number;
  /** Races won, by operation. */
  readonly wins: Readonly<Record<string, number>>;
  /** Answers of those who lost, by status. */
  readonly losses: Readonly<Record<number, number>>;
}

/**
 * Writers with different bodies race for a key that is not there, all with `If-None-Match: *`: one gets 200, the
 * object is its own, bytes and metadata, and the others get 412 or 409.
 *
 * @param kinds The operations, in turns.
 */
export async function raceForAbsentKey(
  course: RaceCourse,
  { rounds, writers = 16, kinds }: {
    readonly rounds: number;
    readonly writers?: number;
    readonly kinds: readonly WriterKind[];
  },
): Promise<RaceResult> {
  const wins: Record<string, number> = {};
  const losses: Record<number, number> = {};
  for (let round = 0; round < rounds; round++) {
    const target = `/absent-${round}`;
    const waits = new Map(kinds.map((kind) => [kind, lazily(headStart)]));
    const racing = await Promise.all(
      Array.from({ length: writers }, (_, i) => {
        const kind = kinds[i % kinds.length] ?? fail("There is no kind of writer");
        const wait = waits.get(kind) ?? headStart;
        return makeWriter(course, kind, { target, name: `${round}-${i}`, wait });
      }),
    );
    const answers = await Promise.all(racing.map(({ write }) => write()));
    const statuses = answers.map(({ status }) => status).sort();
    const [winner, ...others] = racing.filter((_, i) => answers[i]?.status === 200);
    assert(winner !== undefined && others.length === 0, `Round ${round} ended with ${statuses}`);
    for (const [i, { status, text }] of answers.entries()) {
      if (racing[i] === winner) continue;
      assert(status === 412 || status === 409, `Round ${round}: ${status} ${text}`);
      losses[status] = (losses[status] ?? 0) + 1;
    }
    await assertHolds(course, target, winner);
    await Promise.all(racing.filter((one) => one !== winner).map(({ giveUp }) => giveUp()));
    wins[winner.kind] = (wins[winner.kind] ?? 0) + 1;
  }
  return { rounds, wins, losses };
}

const ABSENT = { "if-none-match": "*" };
/** A few times as long as sixteen small bodies take to be stored. */
const HEAD_START_MS = 100;

/** Those whose bytes are stored already let the others go first by this, or they would win every race. */
const headStart = (): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.random() * HEAD_START_MS));

async function makeWriter(
  course: RaceCourse,
  kind: WriterKind,
  { target, name, wait }: {
    readonly target: string;
    readonly name: string;
    readonly wait: () => Promise<void>;
  },
): Promise<Writer> {
  const body = `bytes of ${name}`;
  const described = { "x-amz-meta-writer": name };
  const nothing = () => Promise.resolve();
  switch (kind) {
    case "PutObject":
      return {
        kind,
        body,
        name,
        write: () => course.send("PUT", target, { headers: { ...described, ...ABSENT }, body }),
        giveUp: nothing,
      };
    case "CopyObject": {
      await expect(200, course.send("PUT", `/source-${name}`, { headers: described, body }));
      const source = { "x-amz-copy-source": `/${BUCKET}/source-${name}` };
      return {
        kind,
        body,
        name,
        write: async () => {
          await wait();
          return await course.send("PUT", target, { headers: { ...source, ...ABSENT } });
        },
        giveUp: nothing,
      };
    }
    case "CompleteMultipartUpload": {
      const upload = await beginUpload(course, target, described, body);
      return {
        kind,
        body,
        name,
        write: async () => {
          await wait();
          const sent = { headers: ABSENT, body: upload.completion };
          return await course.send("POST", upload.target, sent);
        },
        // An upload whose completion has failed is open again.
        giveUp: async () => void await expect(204, course.send("DELETE", upload.target)),
      };
    }
    default:
      return kind satisfies never;
  }
}

/** An upload of one part; each gateway knows its own, so it has to be the only one. */
async function beginUpload(
  course: RaceCourse,
  key: string,
  headers: Readonly<Record<string, string>>,
  body: string,
): Promise<{ readonly target: string; readonly completion: string }> {
  const created = await expect(200, course.send("POST", `${key}?uploads`, { headers }));
  const id = /<UploadId>([^<]+)</.exec(created.text)?.[1] ?? fail(created.text);
  const target = `${key}?uploadId=${id}`;
  const part = await expect(200, course.send("PUT", `${target}&partNumber=1`, { body }));
  const etag = part.headers.get("etag") ?? fail("A part without an entity tag");
  return {
    target,
    completion: "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber>" +
      `<ETag>${etag}</ETag></Part></CompleteMultipartUpload>`,
  };
}

async function assertHolds(
  course: RaceCourse,
  target: string,
  { body, name }: { readonly body: string; readonly name: string },
): Promise<void> {
  const { text, headers } = await expect(200, course.send("GET", target));
  assertEquals([text, headers.get("x-amz-meta-writer")], [body, name]);
}

/** What came of a counter. */
export interface CounterResult {
  readonly increments: number;
  /** Increments that had to be tried again. */
  readonly retries: number;
}

/**
 * Workers count together in one object: each reads it and writes the next number with `If-Match`, again and
 * again until it is taken. No increment is lost.
 */
export async function countTogether(
  course: RaceCourse,
  { workers, increments }: { readonly workers: number; readonly increments: number },
): Promise<CounterResult> {
  const target = "/counter";
  await expect(200, course.send("PUT", target, { body: "0" }));
  let retries = 0;
  const increment = async (): Promise<void> => {
    for (;;) {
      const { text, headers } = await expect(200, course.send("GET", target));
      const etag = headers.get("etag") ?? fail("An object without an entity tag");
      const { status } = await course.send("PUT", target, {
        headers: { "if-match": etag },
        body: String(Number(text) + 1),
      });
      if (status === 200) return;
      assert(status === 412 || status === 409, `An increment was answered with ${status}`);
      retries++;
    }
  };
  await Promise.all(Array.from({ length: workers }, async () => {
    for (let i = 0; i < increments; i++) await increment();
  }));
  const { text } = await expect(200, course.send("GET", target));
  assertEquals(text, String(workers * increments));
  return { increments: workers * increments, retries };
}

/**
 * Workers take turns at a lock that is an object: who creates it with `If-None-Match: *` has it, and deletes its
 * own with `If-Match`. Nobody has it beside another, and every own is still there to be deleted.
 *
 * @returns How often it was refused.
 */
export async function takeTurns(
  course: RaceCourse,
  { workers, turns }: { readonly workers: number; readonly turns: number },
): Promise<number> {
  const target = "/lock";
  let holder: number | undefined;
  let refused = 0;
  const work = async (worker: number): Promise<void> => {
    for (let turn = 0; turn < turns;) {
      const body = `${worker} in turn ${turn}`;
      const taken = await course.send("PUT", target, { headers: ABSENT, body });
      if (taken.status !== 200) {
        assert(taken.status === 412 || taken.status === 409, `${taken.status} ${taken.text}`);
        refused++;
        continue;
      }
      assertEquals(holder, undefined, `${worker} has the lock of ${holder}`);
      holder = worker;
      const { text, headers } = await expect(200, course.send("GET", target));
      assertEquals(text, body);
      holder = undefined;
      const etag = headers.get("etag") ?? fail("An object without an entity tag");
      await expect(204, course.send("DELETE", target, { headers: { "if-match": etag } }));
      turn++;
    }
  };
  await Promise.all(Array.from({ length: workers }, (_, worker) => work(worker)));
  await expect(404, course.send("GET", target));
  return refused;
}

/**
 * Conditional deletes race with conditional writes, all of them for the same entity tag: either one write is done
 * and nobody else's, or the deletes are and no write.
 *
 * @returns How often a write came first.
 */
export async function raceDeletesWithWrites(
  course: RaceCourse,
  { rounds, each = 8 }: { readonly rounds: number; readonly each?: number },
): Promise<number> {
  let written = 0;
  for (let round = 0; round < rounds; round++) {
    const target = `/deleted-${round}`;
    const wait = lazily(headStart);
    const first = await expect(200, course.send("PUT", target, { body: `first ${round}` }));
    const etag = first.headers.get("etag") ?? fail("An object without an entity tag");
    const headers = { "if-match": etag };
    const racing = Array.from({ length: each }, (_, i) => {
      const writer = { name: `${round}-${i}`, body: `bytes of ${round}-${i}` };
      const described = { ...headers, "x-amz-meta-writer": writer.name };
      const write = () => course.send("PUT", target, { headers: described, body: writer.body });
      const remove = async () => {
        await wait();
        return await (i % 2 === 0
          ? course.send("DELETE", target, { headers })
          : deleteByDocument(course, target, etag));
      };
      return { writer, write, remove };
    });
    const [writes, deletes] = await Promise.all([
      Promise.all(racing.map(async ({ write }) => (await write()).status)),
      Promise.all(racing.map(async ({ remove }) => (await remove()).status)),
    ]);
    const winner = racing[writes.indexOf(200)]?.writer;
    if (winner === undefined) {
      assertEquals([new Set(writes), new Set(deletes)], [new Set([404]), new Set([204])]);
      await expect(404, course.send("GET", target));
    } else {
      written++;
      assertEquals(writes.filter((status) => status === 200).length, 1, `${writes}`);
      assertEquals(new Set([...writes, ...deletes]), new Set([200, 412]));
      await assertHolds(course, target, winner);
    }
  }
  return written;
}

/** DeleteObjects of one key, answered as DeleteObject would be. */
async function deleteByDocument(
  course: RaceCourse,
  target: string,
  etag: string,
): Promise<Pick<Answer, "status">> {
  const object = `<Object><Key>${target.slice(1)}</Key><ETag>${etag}</ETag></Object>`;
  const body = `<Delete>${object}</Delete>`;
  const { text } = await expect(200, course.send("POST", "?delete", { body }));
  if (text.includes("<Deleted>")) return { status: 204 };
  return { status: text.includes("<Code>PreconditionFailed</Code>") ? 412 : fail(text) };
}

async function expect(status: number, answer: Promise<Answer>): Promise<Answer> {
  const found = await answer;
  assertEquals(found.status, status, found.text);
  return found;
}

function fail(message: string): never {
  throw new Error(message);
}
