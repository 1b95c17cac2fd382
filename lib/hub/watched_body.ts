import type { Watchdog } from "../flow/watchdog.ts";

/** A body whose source is waited for no longer than the watchdog allows, and whose reader takes as long as it likes. */
export function watched(
  body: ReadableStream<Uint8Array> | null,
  watchdog: Watchdog,
): ReadableStream<Uint8Array> | null {
  watchdog.rest();
  if (body === null) {
    watchdog.stop();
    return null;
  }
  const reader = body.getReader();
  return new ReadableStream({
    async pull(controller) {
      watchdog.progress();
      try {
        const { value, done } = await reader.read();
        watchdog.rest();
        if (!done) return controller.enqueue(value);
        watchdog.stop();
        controller.close();
      } catch (error) {
        watchdog.stop();
        throw error;
      }
    },
    async cancel(reason) {
      watchdog.stop();
      await reader.cancel(reason);
    },
  }, { highWaterMark: 0 });
}
