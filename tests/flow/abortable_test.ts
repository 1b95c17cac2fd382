import { assertEquals, assertRejects } from "@std/assert";
import { abortable } from "../../lib/flow/abortable.ts";

Deno.test("an abort ends the waiting of one and leaves the work to the others", async () => {
  const { promise, resolve } = Promise.withResolvers<number>();
  const controller = new AbortController();
  const impatient = abortable(promise, controller.signal);
  const patient = abortable(promise, new AbortController().signal);
  controller.abort(new Error("no time"));
  await assertRejects(() => impatient, Error, "no time");
  resolve(7);
  assertEquals(await patient, 7);
});

Deno.test("waiting with an aborted signal ends at once", async () => {
  const controller = new AbortController();
  controller.abort(new Error("too late"));
  await assertRejects(() => abortable(new Promise(() => {}), controller.signal), Error, "too late");
});

Deno.test("without a signal the work itself is waited for, failures included", async () => {
  assertEquals(await abortable(Promise.resolve(1), undefined), 1);
  await assertRejects(() => abortable(Promise.reject(new Error("bad")), undefined), Error, "bad");
});

Deno.test("a failure of the work reaches those with a signal, and nobody unhandled", async () => {
  const { signal } = new AbortController();
  await assertRejects(() => abortable(Promise.reject(new Error("bad")), signal), Error, "bad");
});
