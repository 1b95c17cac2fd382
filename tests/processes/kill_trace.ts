import { assert, assertEquals } from "@std/assert";
import { randomBytes } from "../support/random_bytes.ts";
import { type GatewayProcess, type ProcessCourse, SHORT_LEASE } from "./gateways.ts";
import { beginUpload, completion, expect, send } from "./requests.ts";

/** What an object may hold: its bytes and the metadata that belongs to them; undefined for none. */
type Content = { readonly bytes: Uint8Array<ArrayBuffer>; readonly by: string } | undefined;

/** An operation that a gateway is killed during. */
interface Operation {
  /** What is there before, under the key, which the operation may also need elsewhere. */
  readonly before: Content;
  /** What is there after. */
  readonly after: Content;
  /** Does it; rejects when the gateway dies. What it has come to know is left in the notes. */
  run(bucket: string, key: string, notes: Notes): Promise<void>;
}

/** What a client remembers of an operation that was cut off. */
interface Notes {
  uploadId?: string;
  readonly etags: (string | null)[];
}

const PART = 5 * 1024 * 1024;
const OLD = { bytes: randomBytes(70_000, 1), by: "old" };
const NEW = { bytes: randomBytes(90_000, 2), by: "new" };
const BIG = { bytes: randomBytes(PART + 50_000, 3), by: "big" };
const described = (by: string) => ({ "x-amz-meta-by": by });

/** The operations, by name. */
export const OPERATIONS = {
  put: {
    before: OLD,
    after: NEW,
    run: async (bucket, key) => {
      const sent = { body: NEW.bytes, headers: described("new") };
      await expect(200, "PUT", `${bucket}/${key}`, sent);
    },
  },
  copy: {
    before: OLD,
    after: NEW,
    run: async (bucket, key) => {
      const headers = { "x-amz-copy-source": `${new URL(bucket).pathname}/source` };
      await expect(200, "PUT", `${bucket}/${key}`, { headers });
    },
  },
  delete: {
    before: OLD,
    after: undefined,
    run: async (bucket, key) => {
      await expect(204, "DELETE", `${bucket}/${key}`);
    },
  },
  multipart: {
    before: OLD,
    after: BIG,
    run: async (bucket, key, notes) => {
      const url = `${bucket}/${key}`;
      // An upload whose id was told is there, wherever the gateway was killed.
      const uploadId = notes.uploadId ??= await beginUpload(url, described("big"));
      const bodies = [BIG.bytes.slice(0, PART), BIG.bytes.slice(PART)];
      for (const [at, body] of bodies.entries()) {
        if (notes.etags[at] !== undefined) continue;
        const part = `${url}?partNumber=${at + 1}&uploadId=${uploadId}`;
        notes.etags[at] = (await expect(200, "PUT", part, { body })).headers.get("etag");
      }
      const body = completion(notes.etags);
      await expect(200, "POST", `${url}?uploadId=${uploadId}`, { body });
    },
  },
} as const satisfies Record<string, Operation>;

/** The name of an operation that can be traced. */
export type OperationName = keyof typeof OPERATIONS;

/** Where a gateway is killed. */
export interface KillPoint {
  readonly at: number;
  readonly when: "before" | "after";
}

const PROBE = { flags: ["--preload=tests/support/kill_probe.ts"], env: SHORT_LEASE };

/** Makes buckets and reads what a killed gateway has left. */
export class KillTrace {
  readonly #course: ProcessCourse;
  readonly #survivor: GatewayProcess;
  #buckets = 0;

  private constructor(course: ProcessCourse, survivor: GatewayProcess) {
    this.#course = course;
    this.#survivor = survivor;
  }

  /** Starts a gateway that is not killed, on the KV of those that are. */
  static async start(course: ProcessCourse): Promise<KillTrace> {
    return new KillTrace(course, await course.start({ env: SHORT_LEASE }));
  }

  /** The calls and writes of an operation, in their order. */
  async points(name: OperationName): Promise<readonly string[]> {
    const bucket = await this.#prepare(OPERATIONS[name]);
    const traced = await this.#course.start(PROBE);
    const before = traced.errors().length;
    await OPERATIONS[name].run(`${traced.url}/${bucket}`, "key", { etags: [] });
    await traced.kill();
    const lines = traced.errors().slice(before).split("\n");
    return lines.filter((line) => line.startsWith("point "));
  }

  /**
   * Kills a gateway at a point of an operation, and has another one finish it.
   *
   * @returns What the key showed in between; `unharmed` if the operation was over before that point.
   */
  async kill(name: OperationName, { at, when }: KillPoint): Promise<"old" | "new" | "unharmed"> {
    const operation: Operation = OPERATIONS[name];
    const bucket = await this.#prepare(operation);
    const dying = await this.#course.start({
      ...PROBE,
      env: { ...SHORT_LEASE, KILL_POINT: `${at} ${when}` },
    });
    const notes: Notes = { etags: [] };
    const error = await operation.run(`${dying.url}/${bucket}`, "key", notes).then(
      () => undefined,
      (error: unknown) => error,
    );
    // What fetch throws for a connection that broke; anything else is a failure of the test.
    if (error !== undefined && !(error instanceof TypeError)) throw error;
    if (error !== undefined) assertEquals((await dying.child.status).signal, "SIGKILL");
    await dying.kill();
    const seen = await this.#contentOf(bucket);
    const isNew = isSame(seen, operation.after);
    assert(isNew || isSame(seen, operation.before), `${name} ${at} ${when}: neither old nor new`);
    await operation.run(`${this.#survivor.url}/${bucket}`, "key", notes);
    assert(isSame(await this.#contentOf(bucket), operation.after), `${name} ${at} ${when}`);
    if (error === undefined) {
      assert(isNew);
      return "unharmed";
    }
    return isNew ? "new" : "old";
  }

  /** A bucket with what was there before; `source` holds what a copy is made of. */
  async #prepare({ before }: Operation): Promise<string> {
    const bucket = `killed-${this.#buckets++}`;
    const url = `${this.#survivor.url}/${bucket}`;
    await expect(200, "PUT", url);
    for (const [key, content] of [["key", before], ["source", NEW]] as const) {
      if (content === undefined) continue;
      const sent = { body: content.bytes, headers: described(content.by) };
      await expect(200, "PUT", `${url}/${key}`, sent);
    }
    return bucket;
  }

  async #contentOf(bucket: string): Promise<Content> {
    const url = `${this.#survivor.url}/${bucket}/key`;
    const response = await fetch(url);
    const bytes = await response.bytes();
    const listed = await send("GET", `${this.#survivor.url}/${bucket}?prefix=key`);
    assertEquals(listed.text.includes("<Key>key</Key>"), response.status === 200);
    if (response.status === 404) return undefined;
    assertEquals(response.status, 200);
    return { bytes, by: response.headers.get("x-amz-meta-by") ?? "" };
  }
}

function isSame(a: Content, b: Content): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.by === b.by && a.bytes.length === b.bytes.length &&
    a.bytes.every((byte, at) => byte === b.bytes[at]);
}
