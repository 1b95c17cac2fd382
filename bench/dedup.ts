/** What of content that the CAS has is moved again, counted at the embedded hub. */

import { createEmbeddedHub, type EmbeddedHub } from "../lib/create_embedded_hub.ts";
import { createGateway } from "../lib/create_gateway.ts";
import type { Gateway } from "../lib/gateway_options.ts";
import { DataSource } from "./data.ts";

/** What one step moved, in bytes. */
export interface Moved {
  /** What was done. */
  readonly step: string;
  /** Bytes of the object. */
  readonly size: number;
  /** Bytes sent to the CAS: xorbs and shards. */
  readonly sent: number;
  /** Stored bytes read from the CAS. */
  readonly read: number;
  /** Calls to the CAS: those that ask for chunks, those that ask for xorbs, all. */
  readonly queries: number;
  readonly checks: number;
  readonly calls: number;
}

const MIB = 1024 * 1024;
const PART = 8 * MIB;

/**
 * Puts an object and then, in several ways, the same again.
 *
 * @param size Bytes of the object.
 * @param directory For the hub's data.
 * @param signal Ends it.
 */
export async function measureDedup(
  size: number,
  directory: string,
  signal: AbortSignal,
): Promise<readonly Moved[]> {
  const hub = await createEmbeddedHub({ directory });
  const [gateway, restarted] = [startGateway(hub), startGateway(hub)];
  const [source, other] = [new DataSource("random"), new DataSource("random")];
  const client = new Client(gateway, signal);
  const again = function* () {
    yield* source.rewound().blocks(size); // when it is first asked for a block
  };
  const middle = Math.floor(size / 2 / MIB) * MIB + 4321;
  const inserted = () =>
    join(cut(again(), 0, middle), other.blocks(MIB), cut(again(), middle, size));
  const begin = () => hub.counters.reset();
  const steps: readonly [string, number, () => Promise<void>][] = [
    ["PUT, new", size, () => client.put("first", again(), size)],
    ["PUT again", size, () => client.put("again", again(), size)],
    [
      "PUT again with 1 MiB inserted in the middle",
      size + MIB,
      () => client.put("inserted", inserted(), size + MIB),
    ],
    [
      "PUT again through another gateway",
      size,
      () => new Client(restarted, signal).put("other", again(), size),
    ],
    ["again in parts of 8 MiB", size, () => client.putParts("parts", again(), size)],
    [
      "CompleteMultipartUpload of new parts of 8 MiB",
      size,
      () => client.putParts("new", other.blocks(size), size, begin),
    ],
    ["UploadPartCopy of all, in ranges of 8 MiB", size, () => client.copy("copy", 0, size)],
    [
      "UploadPartCopy of all but 1 MiB at each end",
      size - 2 * MIB,
      () => client.copy("middle", MIB, size - MIB),
    ],
  ];
  try {
    await client.send("PUT", "");
    const moved: Moved[] = [];
    for (const [step, length, run] of steps) {
      begin();
      await run();
      moved.push({ step, size: length, ...count(hub) });
    }
    return moved;
  } finally {
    await gateway.close();
    await restarted.close();
    await hub.close();
  }
}

const startGateway = ({ token, url: endpoint }: EmbeddedHub): Gateway =>
  createGateway({ token, endpoint, allowAnonymous: true, memoryBudget: 128 * MIB });

function count({ counters }: EmbeddedHub): Omit<Moved, "step" | "size"> {
  return {
    sent: counters.of("cas.xorb.post").bytesIn + counters.of("cas.shards").bytesIn,
    read: counters.of("cas.data").bytesOut,
    queries: counters.of("cas.chunks").calls,
    checks: counters.of("cas.xorb.head").calls,
    calls: counters.of("cas").calls,
  };
}

/** Unsigned requests to a gateway in this process. */
class Client {
  readonly #gateway: Gateway;
  readonly #signal: AbortSignal;

  constructor(gateway: Gateway, signal: AbortSignal) {
    this.#gateway = gateway;
    this.#signal = signal;
  }

  async send(
    method: string,
    target: string,
    options: {
      readonly blocks?: Iterable<Uint8Array<ArrayBuffer>>;
      readonly text?: string;
      readonly headers?: Readonly<Record<string, string>>;
    } = {},
  ): Promise<Response> {
    this.#signal.throwIfAborted();
    const { blocks, text, headers = {} } = options;
    const body = blocks === undefined ? text : ReadableStream.from(blocks);
    const response = await this.#gateway.handler(
      new Request(`http://localhost/bench/${target}`, {
        method,
        headers: { ...(text !== undefined && { "content-length": `${text.length}` }), ...headers },
        ...(body !== undefined && { body }),
      }),
    );
    if (response.ok) return response;
    throw new Error(`${method} ${target}: ${response.status} ${await response.text()}`);
  }

  async put(key: string, blocks: Iterable<Uint8Array<ArrayBuffer>>, size: number): Promise<void> {
    await this.send("PUT", key, { blocks, headers: { "content-length": String(size) } });
  }

  /** Sends parts one after the other; `before` is called before they are completed. */
  async putParts(
    key: string,
    blocks: Iterable<Uint8Array<ArrayBuffer>>,
    size: number,
    before: () => void = () => {},
  ): Promise<void> {
    const all = blocks[Symbol.iterator]();
    await this.#upload(key, size, before, async (target, length) => {
      const part = { blocks: take(all, length), headers: { "content-length": String(length) } };
      return (await this.send("PUT", target, part)).headers.get("etag") ?? "";
    });
  }

  /** Copies bytes of `first` by ranges. */
  async copy(key: string, from: number, to: number): Promise<void> {
    let at = from;
    await this.#upload(key, to - from, () => {}, async (target, length) => {
      const range = `bytes=${at}-${at + length - 1}`;
      at += length;
      const headers = {
        "x-amz-copy-source": "/bench/first",
        "x-amz-copy-source-range": range,
      };
      const answer = await (await this.send("PUT", target, { headers })).text();
      return /<ETag>([^<]+)</.exec(answer)?.[1] ?? "";
    });
  }

  async #upload(
    key: string,
    size: number,
    before: () => void,
    send: (target: string, length: number) => Promise<string>,
  ): Promise<void> {
    const answer = await (await this.send("POST", `${key}?uploads`)).text();
    const id = /<UploadId>([^<]+)</.exec(answer)?.[1] ?? "";
    let parts = "";
    for (let number = 1, at = 0; at < size; number++, at += PART) {
      const target = `${key}?partNumber=${number}&uploadId=${id}`;
      const etag = await send(target, Math.min(PART, size - at));
      parts += `<Part><PartNumber>${number}</PartNumber><ETag>${etag}</ETag></Part>`;
    }
    before();
    const text = `<CompleteMultipartUpload>${parts}</CompleteMultipartUpload>`;
    await (await this.send("POST", `${key}?uploadId=${id}`, { text })).body?.cancel();
  }
}

type Block = Uint8Array<ArrayBuffer>;

/** The bytes from one place to another. */
function* cut(blocks: Iterable<Block>, from: number, to: number): Generator<Block, void, void> {
  let at = 0;
  for (const block of blocks) {
    const part = block.slice(Math.max(0, from - at), Math.max(0, to - at));
    at += block.length;
    if (part.length > 0) yield part;
    if (at >= to) return;
  }
}

function* join(...lists: readonly Iterable<Block>[]): Generator<Block, void, void> {
  for (const blocks of lists) yield* blocks;
}

/** The next blocks, which end where `length` bytes do. */
function* take(blocks: Iterator<Block>, length: number): Generator<Block, void, void> {
  for (let left = length; left > 0;) {
    const next = blocks.next();
    if (next.done === true) return;
    left -= next.value.length;
    yield next.value;
  }
}
