import { startWorker, type WorkerScope } from "./start_worker.ts";

/** What an encoder in a worker is told. Buffers are transferred. */
export type EncoderTask =
  | { readonly kind: "open"; readonly session: number }
  | {
    readonly kind: "push";
    readonly session: number;
    /** Memory that begins with the block. */
    readonly block: Uint8Array<ArrayBuffer>;
    readonly length: number;
    /** Memory for the serialized chunks. */
    readonly out: Uint8Array<ArrayBuffer>;
  }
  | { readonly kind: "finish"; readonly session: number; readonly out: Uint8Array<ArrayBuffer> }
  | { readonly kind: "close"; readonly session: number };

/** What the worker answers to `push` and `finish`, in order. */
export interface EncoderResult {
  readonly session: number;
  /** The engine's records of the chunks that are whole now. */
  readonly records: Uint8Array<ArrayBuffer>;
  /** The block's memory, to be used again. */
  readonly block?: Uint8Array<ArrayBuffer>;
  /** The serialized chunks, one after the other. */
  readonly out: Uint8Array<ArrayBuffer>;
}

/** What runs in the worker; see {@linkcode startWorker}. */
function encoderScope(scope: WorkerScope<EncoderTask>): void {
  const [RECORD, HEADER, LZ4, MAX_CHUNK] = [40, 8, 1, 131_072];
  interface Calls {
    memory: WebAssembly.Memory;
    input(): number;
    output(): number;
    records(): number;
    encode_reset(): void;
    encode_open(): number;
    encode(added: number, scheme: number, last: number): number;
  }
  interface OpenChunk {
    readonly bytes: Uint8Array;
    length: number;
  }
  interface Engine {
    calls: Calls;
    memory: Uint8Array<ArrayBuffer>;
    view: DataView;
  }
  /** The bytes of each stream's open chunk: an engine of its own would take it 2.5 MiB. */
  const sessions = new Map<number, OpenChunk>();
  let engine: Engine | undefined;

  const start = (module: WebAssembly.Module): Engine => {
    const calls = new WebAssembly.Instance(module).exports as unknown as Calls;
    const buffer = calls.memory.buffer as ArrayBuffer;
    return { calls, memory: new Uint8Array(buffer), view: new DataView(buffer) };
  };

  const encode = (
    { calls, memory, view }: Engine,
    open: OpenChunk,
    block: Uint8Array,
    out: Uint8Array,
    last: boolean,
  ): Uint8Array<ArrayBuffer> => {
    const input = calls.input();
    const { length: before } = open;
    calls.encode_reset();
    memory.set(open.bytes.subarray(0, before), input);
    memory.set(block, input + before);
    const count = calls.encode(before + block.length, LZ4, last ? 1 : 0);
    if (count < 0) throw new RangeError(`The chunk engine refused ${block.length} bytes`);
    const records = calls.records();
    let [read, from, to] = [input, calls.output(), 0];
    for (let at = records; at < records + count * RECORD; at += RECORD) {
      const length = view.getUint32(at + 32, true);
      const encoded = view.getUint32(at + 36, true);
      const raw = encoded === length + HEADER;
      const written = raw ? HEADER : encoded;
      out.set(memory.subarray(from, from + written), to);
      if (raw) out.set(memory.subarray(read, read + length), to + HEADER);
      [read, from, to] = [read + length, from + written, to + encoded];
    }
    open.length = calls.encode_open();
    open.bytes.set(memory.subarray(input, input + open.length));
    return memory.slice(records, records + count * RECORD);
  };

  const run = (task: EncoderTask): void => {
    const { session } = task;
    if (task.kind === "open") {
      sessions.set(session, { bytes: new Uint8Array(MAX_CHUNK), length: 0 });
      return;
    }
    const open = sessions.get(session);
    if (engine === undefined || open === undefined) return;
    if (task.kind === "close") {
      sessions.delete(session);
    } else if (task.kind === "push") {
      const { block, length, out } = task;
      const records = encode(engine, open, block.subarray(0, length), out, false);
      scope.postMessage({ session, records, block, out }, [
        records.buffer,
        block.buffer,
        out.buffer,
      ]);
    } else {
      const { out } = task;
      const records = encode(engine, open, new Uint8Array(0), out, true);
      scope.postMessage({ session, records, out }, [records.buffer, out.buffer]);
    }
  };

  scope.onmessage = ({ data }) => {
    if (!(data instanceof WebAssembly.Module)) return run(data);
    engine = start(data);
    scope.postMessage("ready", []);
  };
}

/**
 * Starts a worker that encodes.
 *
 * @throws {Error} If there cannot be one here, or it does not answer.
 */
export function startEncoderWorker(): Promise<Worker> {
  return startWorker(encoderScope);
}
