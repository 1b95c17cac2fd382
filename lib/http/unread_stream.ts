/**
 * Passes the body of an answer with a Content-Length on, and ends it when nobody has asked for its next bytes for too long: a client that has stopped reading would hold
 * what it is sent from for ever.
 *
 * @param source The stream; cancelled when that happens.
 * @param maxMs How long, in milliseconds.
 */
export function endUnread(
  source: ReadableStream<Uint8Array>,
  maxMs: number,
): ReadableStream<Uint8Array> {
  const reader = source.getReader();
  let timer: ReturnType<typeof setTimeout> | undefined;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      clearTimeout(timer);
      const { done, value } = await reader.read();
      if (done) return controller.close();
      controller.enqueue(value);
      timer = setTimeout(() => {
        // Of an error the runtime would print the stack. It breaks the connection of a body that ends too soon.
        controller.close();
        reader.cancel(new Error("Nobody has read for too long")).catch(() => {});
      }, maxMs);
    },
    async cancel(reason) {
      clearTimeout(timer);
      await reader.cancel(reason);
    },
  }, { highWaterMark: 0 });
}
