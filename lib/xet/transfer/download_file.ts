import type { FileRange } from "../cas/cas_options.ts";
import { XetFormatError } from "../error.ts";
import { ZERO_HASH } from "../hash/mod.ts";
import { limitsOf, type TransferContext, type TransferOptions } from "./context.ts";
import { FileVerifier } from "./file_verifier.ts";
import { ReadAhead } from "./read_ahead.ts";

/** Which bytes of a file. */
export interface DownloadOptions extends TransferOptions {
  /** Inclusive, within the file. Default: all. */
  readonly range?: FileRange | undefined;
}

interface Piece {
  readonly bytes: Uint8Array;
  readonly last: boolean;
}

/**
 * Reads a file, or a range of it, as a stream: a bounded number of windows is fetched ahead, and
 * only while somebody reads. A file that is read whole is checked against its hash before its last
 * bytes are given out. The stream ends with exactly the bytes asked for, or errors with CasError or
 * XetFormatError.
 *
 * @param context Where from, and the budget that bounds what is held.
 * @param content The file hash in printed form and the size in bytes.
 * @param options `range`, and `signal`, which errors the stream.
 */
export function downloadFile(
  context: TransferContext,
  content: { readonly hash: string; readonly size: number },
  options: DownloadOptions = {},
): ReadableStream<Uint8Array> {
  const { signal } = options;
  const range = options.range ?? { first: 0, last: content.size - 1 };
  checkRange(content, options.range);
  const abort = new AbortController();
  const pieces = readPieces(context, content, range, abort.signal);
  let stop = () => {};
  const end = async (reason: unknown) => {
    signal?.removeEventListener("abort", stop);
    abort.abort(reason);
    await pieces.return();
  };
  return new ReadableStream<Uint8Array>({
    start(controller) {
      stop = () => {
        controller.error(signal?.reason);
        end(signal?.reason).catch(() => {}); // the stream has told the reason already
      };
      if (signal?.aborted) stop();
      else signal?.addEventListener("abort", stop, { once: true });
    },
    async pull(controller) {
      const next = await pieces.next().catch((error) => {
        signal?.removeEventListener("abort", stop);
        throw error;
      });
      signal?.throwIfAborted();
      if (!next.done) controller.enqueue(next.value.bytes);
      if (!next.done && !next.value.last) return;
      await end("The file was read to its end");
      controller.close();
    },
    async cancel(reason) {
      await end(reason ?? new DOMException("The download was cancelled", "AbortError"));
    },
  }, { highWaterMark: 0 });
}

function checkRange(
  { size }: { readonly size: number },
  range: FileRange | undefined,
): void {
  if (range === undefined) return;
  const { first, last } = range;
  if (!(Number.isSafeInteger(first) && first >= 0 && first <= last && last < size)) {
    throw new RangeError(`Bytes ${first} to ${last} are not a range of a file of ${size} bytes`);
  }
}

async function* readPieces(
  context: TransferContext,
  content: { readonly hash: string; readonly size: number },
  range: FileRange,
  signal: AbortSignal,
): AsyncGenerator<Piece, void, void> {
  if (content.size === 0) {
    if (content.hash === ZERO_HASH) return;
    throw new XetFormatError(`File ${content.hash} cannot be empty`);
  }
  const { pieceLength } = limitsOf(context);
  const whole = range.first === 0 && range.last === content.size - 1;
  const verifier = whole ? new FileVerifier() : undefined;
  const windows = new ReadAhead(context, content.hash, range, { hashes: whole, signal });
  try {
    for (let window = await windows.next(); window; window = await windows.next()) {
      verifier?.add(window);
      if (window.last) verifier?.finish(content);
      for (const [i, piece] of window.pieces.entries()) {
        for (let from = 0; from < piece.length; from += pieceLength) {
          const bytes = piece.subarray(from, from + pieceLength);
          const final = i === window.pieces.length - 1 && from + pieceLength >= piece.length;
          if (final) windows.letGo();
          yield { bytes, last: final && window.last };
        }
      }
    }
  } finally {
    await windows.close();
  }
}
