/** A stream that is opened while it is already in somebody's hands. */
export function streamLater(
  opening: Promise<ReadableStream<Uint8Array>>,
): ReadableStream<Uint8Array> {
  const reading = opening.then((stream) => stream.getReader());
  reading.catch(() => {}); // thrown to whoever reads
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await (await reading).read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: async (reason) => await (await reading).cancel(reason),
  }, { highWaterMark: 0 });
}
