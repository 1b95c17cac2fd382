import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { BodyReader } from "../../../lib/xet/cas/body_reader.ts";
import { CasError } from "../../../lib/xet/cas/cas_error.ts";
import { StoredBytes } from "../../../lib/xet/cas/stored_bytes.ts";

const guard = <T>(step: () => Promise<T>) => step();

/** A body in pieces of given lengths, as a stream of bytes or as any other stream. */
function bodyOf(
  bytes: Uint8Array<ArrayBuffer>,
  lengths: readonly number[],
  type?: "bytes",
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let [at, i] = [0, 0];
  const pull = (controller: { enqueue(piece: Uint8Array<ArrayBuffer>): void; close(): void }) => {
    if (at >= bytes.length) return controller.close();
    const length = Math.max(1, lengths[i++ % lengths.length] ?? 1);
    controller.enqueue(bytes.slice(at, at += length));
  };
  return type === "bytes"
    ? new ReadableStream({
      type,
      pull(controller) {
        pull(controller);
        // A waiting reader is told of the end only when it gives its buffer back.
        if (at >= bytes.length) controller.byobRequest?.respond(0);
      },
    })
    : new ReadableStream({ pull });
}

Deno.test("property: StoredBytes gives exactly the range, whatever pieces it comes in", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ minLength: 1, maxLength: 300 }),
      fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
      fc.record({ start: fc.nat(299), end: fc.nat(299) }),
      fc.constantFrom<"bytes" | undefined>("bytes", undefined),
      fc.boolean(),
      fc.integer({ min: 1, max: 40 }),
      async (content, lengths, span, type, whole, step) => {
        const all = content.slice();
        const start = Math.min(span.start, span.end, all.length - 1);
        const end = Math.min(Math.max(span.start, span.end), all.length - 1);
        const wanted = all.slice(start, end + 1);
        const body = bodyOf(whole ? all : wanted, lengths, type);
        const reader = new BodyReader(body, guard);
        const stored = new StoredBytes(reader, { start, end }, whole, "it");
        const got: number[] = [];
        while (!stored.complete || stored.bytes.length > 0) {
          await stored.fill(step);
          const taken = stored.bytes.slice(0, step);
          got.push(...taken);
          stored.take(taken.length);
        }
        assertEquals(got, [...wanted]);
        await reader.close();
      },
    ),
    { numRuns: 200 },
  );
});

Deno.test("StoredBytes throws when too few or too many bytes come", async () => {
  const bytes = Uint8Array.from({ length: 20 }, (_, i) => i);
  for (const type of ["bytes", undefined] as const) {
    for (const [length, problem] of [[9, "missing"], [11, "More than"], [0, "missing"]] as const) {
      const reader = new BodyReader(bodyOf(bytes.slice(0, length), [4], type), guard);
      const stored = new StoredBytes(reader, { start: 3, end: 12 }, false, "GET it");
      const error = await assertRejects(() => stored.fill(10), CasError, problem);
      assertEquals(error.retryable, true);
      await reader.close();
    }
  }
});

Deno.test("StoredBytes gives the memory of its first bytes away and goes on with other memory", async () => {
  const bytes = Uint8Array.from({ length: 40 }, (_, i) => i);
  const reader = new BodyReader(bodyOf(bytes, [7]), guard);
  const stored = new StoredBytes(reader, { start: 0, end: 39 }, false, "it");
  const got: number[] = [];
  let spare: ArrayBuffer | undefined;
  for (let length = 5; !stored.complete || stored.bytes.length > 0; length = 9) {
    await stored.fill(length);
    const taken = Math.min(length, stored.bytes.length);
    const memory = stored.takeAway(taken, spare);
    got.push(...new Uint8Array(memory, 0, taken));
    spare = memory.transfer(length === 5 ? 1 : undefined); // the first is too small to be used
  }
  assertEquals(got, [...bytes]);
  await reader.close();
});

Deno.test("BodyReader of no body is at its end, and closing cancels what is left", async () => {
  const none = new BodyReader(null, guard);
  assertEquals((await none.read(new ArrayBuffer(4), 0)).count, 0);
  await none.close();
  let cancelled = false;
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull: (controller) => controller.enqueue(new Uint8Array(4)),
    cancel: () => void (cancelled = true),
  });
  const reader = new BodyReader(body, guard);
  const { buffer, count } = await reader.read(Uint8Array.of(9, 9, 1, 1, 1).buffer, 2);
  assertEquals([count, new Uint8Array(buffer)], [3, Uint8Array.of(9, 9, 0, 0, 0)]);
  await reader.close();
  assertEquals(cancelled, true);
});
