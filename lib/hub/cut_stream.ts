/**
 * The bytes of a stream from one position to another; what comes after them is not read.
 *
 * @param first The first byte, from 0.
 * @param last The last byte.
 */
export function cutStream(
  stream: ReadableStream<Uint8Array>,
  first: number,
  last: number,
): ReadableStream<Uint8Array> {
  const reader = stream.getReader();
  let at = 0;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      while (at <= last) {
        const { value, done } = await reader.read();
        if (done) break;
        const start = at;
        at += value.length;
        const piece = value.subarray(Math.max(0, first - start), Math.max(0, last + 1 - start));
        if (piece.length > 0) return controller.enqueue(piece);
      }
      controller.close();
      await reader.cancel();
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
}
