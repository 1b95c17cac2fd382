import { WASM_BASE64 } from "./wasm.ts";

/** Longest chunk, in bytes (Xet chunking: twice the target of 64 KiB). */
export const MAX_CHUNK_LENGTH = 131_072;
/** Longest payload of a serialized chunk that readers accept, in bytes. */
export const MAX_PAYLOAD_LENGTH = 262_144;

/** Bytes of a record that the module writes for a chunk: hash, length, encoded length. */
export const RECORD_LENGTH = 40;

/** What `rust/src/lib.rs` exports. Pointers and lengths are byte counts in linear memory. */
interface Exports {
  readonly memory: WebAssembly.Memory;
  input(): number;
  input_size(): number;
  output(): number;
  output_size(): number;
  records(): number;
  max_records(): number;
  results(): number;
  key(): number;
  blake3_start(): void;
  blake3_update(length: number): number;
  blake3_finish(): number;
  blake3_keyed(length: number): number;
  crc32c(before: number, length: number): number;
  crc64nvme(before: bigint, length: number): bigint;
  compress(length: number, scheme: number): number;
  decompress(payload: number, scheme: number, length: number): number;
  encode_reset(): void;
  encode_open(): number;
  encode(added: number, scheme: number, last: number): number;
  decode(length: number, most: number, hashes: number): number;
}

/**
 * An instance of the module, with views of its buffers. All its buffers are fixed (about 2.5 MiB)
 * and no call grows its memory, so the views stay good. One caller at a time.
 */
export class EngineInstance {
  readonly calls: Exports;
  readonly input: Uint8Array<ArrayBuffer>;
  readonly output: Uint8Array<ArrayBuffer>;
  readonly records: Uint8Array<ArrayBuffer>;
  readonly results: Uint32Array<ArrayBuffer>;
  readonly maxRecords: number;
  readonly #key: Uint8Array<ArrayBuffer>;

  constructor(module: WebAssembly.Module) {
    // The module and the interface are built from one source; the vectors run against both.
    const calls = new WebAssembly.Instance(module).exports as unknown as Exports;
    // A memory that was not declared shared has a plain buffer.
    const buffer = calls.memory.buffer as ArrayBuffer;
    this.calls = calls;
    this.input = new Uint8Array(buffer, calls.input(), calls.input_size());
    this.output = new Uint8Array(buffer, calls.output(), calls.output_size());
    this.maxRecords = calls.max_records();
    this.records = new Uint8Array(buffer, calls.records(), this.maxRecords * RECORD_LENGTH);
    this.results = new Uint32Array(buffer, calls.results(), 4);
    this.#key = new Uint8Array(buffer, calls.key(), 32);
  }

  /** Sets the key of the next BLAKE3. */
  setKey(key: Uint8Array): void {
    if (key.length !== 32) throw new RangeError(`A BLAKE3 key has 32 bytes, not ${key.length}`);
    this.#key.set(key);
  }
}

let compiled: WebAssembly.Module | undefined;

/** The module, compiled at the first call. It can be posted to a worker. */
export function engineModule(): WebAssembly.Module {
  return compiled ??= new WebAssembly.Module(bytesFromBase64(WASM_BASE64));
}

/** Node 22 has no `Uint8Array.fromBase64`. */
function bytesFromBase64(text: string): Uint8Array<ArrayBuffer> {
  if (typeof Uint8Array.fromBase64 === "function") return Uint8Array.fromBase64(text);
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

let shared: EngineInstance | undefined;

/** The instance of the pure functions: whoever takes it is done with it before returning. */
export function sharedInstance(): EngineInstance {
  return shared ??= new EngineInstance(engineModule());
}

const MAX_IDLE = 8;
const idle: EngineInstance[] = [];

/** An instance for one owner, until `releaseInstance`. */
export function acquireInstance(): EngineInstance {
  return idle.pop() ?? new EngineInstance(engineModule());
}

/** Takes back an instance of `acquireInstance`; a few are kept, their memory never shrinks. */
export function releaseInstance(instance: EngineInstance): void {
  if (idle.length < MAX_IDLE) idle.push(instance);
}
