/**
 * Joins pieces of bytes.
 *
 * @param pieces The pieces, in order.
 * @returns One array; a single piece is returned as it is, not copied.
 */
export function joinBytes(pieces: readonly Uint8Array[]): Uint8Array {
  const [first] = pieces;
  if (pieces.length === 1 && first !== undefined) return first;
  const joined = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let position = 0;
  for (const piece of pieces) {
    joined.set(piece, position);
    position += piece.length;
  }
  return joined;
}

/**
 * Reads a stream in blocks, so that work with a cost per call is done seldom. Whoever stops early
 * cancels the stream; an error of the stream is thrown.
 *
 * @param stream What to read; is locked until the end.
 * @param size Bytes in a block; the last one may be shorter, none is empty.
 * @param signal Cancels the stream and rejects the read that is waiting.
 */
export async function* readBlocks(
  stream: ReadableStream<Uint8Array>,
  size: number,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void, void> {
  const reader = stream.getReader();
  let ended = false;
  // A read that waits for a silent sender ends only by cancelling; it then says "done".
  const stop = () => void reader.cancel(signal?.reason).catch(() => {});
  signal?.addEventListener("abort", stop, { once: true });
  try {
    let pieces: Uint8Array[] = [];
    let held = 0;
    while (!ended) {
      signal?.throwIfAborted();
      const next = await reader.read();
      signal?.throwIfAborted();
      ended = next.done;
      for (let rest = next.value ?? new Uint8Array(0); rest.length > 0;) {
        const piece = rest.subarray(0, size - held);
        rest = rest.subarray(piece.length);
        pieces.push(piece);
        held += piece.length;
        if (held < size) continue;
        const block = joinBytes(pieces);
        pieces = [];
        held = 0;
        yield block;
      }
    }
    if (held > 0) yield joinBytes(pieces);
  } catch (error) {
    await reader.cancel(error).catch(() => {}); // a stream that failed cannot be cancelled: it says so again
    ended = true;
    throw error;
  } finally {
    signal?.removeEventListener("abort", stop);
    if (!ended) await reader.cancel();
    reader.releaseLock();
  }
}
