import { startWorker, type WorkerScope } from "./start_worker.ts";

/** What a decoder in a worker is told. Buffers are transferred. */
export interface DecoderTask {
  /** Names the task in its answer. */
  readonly id: number;
  /** Memory that begins with the serialized chunks. */
  readonly stored: ArrayBuffer;
  /** Bytes of the chunks: all of them are whole. */
  readonly length: number;
  /** How many there are. */
  readonly count: number;
  readonly hashes: boolean;
}

/** What the worker answers. */
export interface DecoderResult {
  readonly id: number;
  /** The memory of the task, to be used again. */
  readonly stored: ArrayBuffer;
  /** How many chunks were decoded; fewer than there are if the next one is not what the format allows. */
  readonly count: number;
  /** The decoded chunks, one after the other. */
  readonly data: Uint8Array<ArrayBuffer>;
  /** The length of each. */
  readonly lengths: Uint32Array<ArrayBuffer>;
  /** The hash of each, 32 bytes each, if they were asked for. */
  readonly hashes: Uint8Array<ArrayBuffer>;
}

/** What runs in the worker; see {@linkcode startWorker}. It does what `decodeSome` does. */
function decoderScope(scope: WorkerScope<DecoderTask>): void {
  const [RECORD, IN_OUTPUT] = [40, 2 ** 31];
  interface Calls {
    memory: WebAssembly.Memory;
    input(): number;
    output(): number;
    records(): number;
    decode(length: number, most: number, hashes: number): number;
  }
  let calls: Calls | undefined;

  const decode = ({ id, stored, length, count, hashes: hashed }: DecoderTask): DecoderResult => {
    if (calls === undefined) throw new Error("There is no module yet");
    const buffer = calls.memory.buffer as ArrayBuffer;
    const [memory, view] = [new Uint8Array(buffer), new DataView(buffer)];
    const [input, output, records] = [calls.input(), calls.output(), calls.records()];
    memory.set(new Uint8Array(stored, 0, length), input);
    const decoded = calls.decode(length, count, hashed ? 1 : 0);
    const whole = decoded === count ? count : 0;
    const lengths = new Uint32Array(whole);
    const hashes = new Uint8Array(hashed ? whole * 32 : 0);
    let total = 0;
    for (let i = 0, at = records; i < whole; i++, at += RECORD) {
      total += lengths[i] = view.getUint32(at + 32, true);
      if (hashed) hashes.set(memory.subarray(at, at + 32), i * 32);
    }
    const data = new Uint8Array(total);
    for (let i = 0, to = 0; i < whole; i++) {
      const place = view.getUint32(records + i * RECORD + 36, true);
      const from = place < IN_OUTPUT ? input + place : output + place - IN_OUTPUT;
      const size = lengths[i] ?? 0;
      data.set(memory.subarray(from, from + size), to);
      to += size;
    }
    return { id, stored, count: whole, data, lengths, hashes };
  };

  scope.onmessage = ({ data: task }) => {
    if (task instanceof WebAssembly.Module) {
      calls = new WebAssembly.Instance(task).exports as unknown as Calls;
      scope.postMessage("ready", []);
      return;
    }
    const result = decode(task);
    const { stored, data, lengths, hashes } = result;
    scope.postMessage(result, [stored, data.buffer, lengths.buffer, hashes.buffer]);
  };
}

/**
 * Starts a worker that decodes.
 *
 * @throws {Error} If there cannot be one here, or it does not answer.
 */
export function startDecoderWorker(): Promise<Worker> {
  return startWorker(decoderScope);
}
