/**
 * Waits for the first piece of a stream, so that what fails before it can still be answered with a status of its own.
 *
 * @param stream The stream; nothing else may read it.
 * @returns The same pieces. Nothing more is read before it is asked for.
 * @throws Whatever the stream fails with before its first piece.
 */
export async function beginStream(
  stream: ReadableStream<Uint8Array>,
): Promise<ReadableStream<Uint8Array>> {
  const reader = stream.getReader();
  let first: ReadableStreamReadResult<Uint8Array> | undefined = await reader.read();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = first ?? await reader.read();
      first = undefined;
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
}
