import type { FileRange } from "../cas/cas_options.ts";
import { limitsOf, type TransferContext, type TransferOptions } from "./context.ts";
import { readPieces } from "./file_pieces.ts";
import { ReadWindow } from "./read_window.ts";

/**
 * To whom the pieces of a download belong:
 *
 * - "own": to the reader. Each is a copy.
 * - "shared": to all readers of the same content. Nobody may write to them or transfer their buffers.
 * - "lent": the same, and to the reader only until it asks for the next one. Then their memory may be
 *   freed. That is enough for a server that hands each piece to a socket before it asks for another.
 */
export type PieceOwnership = "own" | "shared" | "lent";

/** Which bytes of a file. */
export interface DownloadOptions extends TransferOptions {
  /** Inclusive, within the file. Default: all. */
  readonly range?: FileRange | undefined;
  /** To whom the pieces of the stream belong. Default: "own". */
  readonly pieces?: PieceOwnership | undefined;
}

/**
 * Reads a file, or a range of it, as a stream. As much is fetched ahead as the reader takes, and only
 * while it reads. A file that is read whole is checked against its hash before its last bytes are
 * given out, a small one before its first. Of a range, those chunks are checked whose hashes are
 * known; the others only need to be well-formed and of the right length, as the CAS does not tell
 * their hashes. The stream ends with exactly the bytes asked for, or errors with CasError or
 * XetFormatError.
 *
 * @param context Where from, and the budget that bounds what is held.
 * @param content The file hash in printed form and the size in bytes.
 * @param options `range`; `pieces`; `signal`, which errors the stream.
 */
export function downloadFile(
  context: TransferContext,
  content: { readonly hash: string; readonly size: number },
  options: DownloadOptions = {},
): ReadableStream<Uint8Array> {
  const { signal, pieces: ownership = "own" } = options;
  const range = options.range ?? { first: 0, last: content.size - 1 };
  checkRange(content, options.range);
  const abort = new AbortController();
  const { smallWindowLength: least, windowLength: most } = limitsOf(context);
  const window = new ReadWindow({ least, most }, () => performance.now());
  const pieces = readPieces(context, content, range, {
    window,
    lent: ownership !== "shared",
    signal: abort.signal,
  });
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
      window.ask();
      const next = await pieces.next().catch((error) => {
        signal?.removeEventListener("abort", stop);
        throw error;
      });
      signal?.throwIfAborted();
      if (!next.done) {
        const { bytes, last } = next.value;
        controller.enqueue(ownership === "own" ? bytes.slice() : bytes);
        window.give(bytes.length);
        if (!last) return;
      }
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
