import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { openSharedState } from "../../lib/kv/shared_state.ts";
import { MapUploadRegistry } from "../../lib/multipart/map_registry.ts";
import type { UploadPart, UploadRegistry } from "../../lib/multipart/upload_registry.ts";

const TTL_MS = 1000;

/** What a client, or time, does to the first, second or third upload. */
const step = fc.record({
  kind: fc.constantFrom("put", "put", "list", "get", "begin", "complete", "fail", "abort", "rest"),
  upload: fc.nat(2),
  part: fc.integer({ min: 1, max: 4 }),
  body: fc.boolean(),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const partOf = (partNumber: number, size: number): UploadPart => ({
  partNumber,
  etag: `etag-${size}`,
  size,
  lastModified: 5,
  checksums: {},
  recipe: { content: { hash: "0".repeat(64), size }, detail: `d${size}` },
});

/** Does steps, each with the registry that `choose` gives, and tells what was answered, without ids. */
async function perform(
  steps: readonly Step[],
  choose: (step: Step) => UploadRegistry,
  clock: { now: number },
): Promise<readonly unknown[]> {
  const answers: unknown[] = [];
  const leases = new Map<number, { readonly lease: string; readonly owner: UploadRegistry }>();
  const first = steps[0] && choose(steps[0]);
  const ids: string[] = [];
  for (let at = 0; at < 3; at++) {
    const made = await first?.create({
      bucket: "b",
      key: `k${at}`,
      initiator: at === 0 ? "" : "AKIA",
      attributes: {},
    });
    ids.push(made?.uploadId ?? "");
  }
  for (const [at, one] of steps.entries()) {
    const registry = choose(one);
    const id = ids[one.upload] ?? "";
    const held = leases.get(one.upload);
    const result = { bucket: "b", key: `k${one.upload}`, etag: `e${at}`, extra: {} };
    switch (one.kind) {
      case "put":
        answers.push((await registry.putPart(id, partOf(one.part, at)))?.key);
        break;
      case "list":
        answers.push(await registry.listParts(id, { after: one.part - 1, limit: 2 }));
        break;
      case "get":
        answers.push((await registry.get(id))?.key, await registry.countUploads("AKIA"));
        break;
      case "begin": {
        const begun = await registry.beginCompletion(id);
        if (begun?.kind === "begun") {
          leases.set(one.upload, { lease: begun.lease, owner: registry });
          answers.push(begun.parts);
        } else answers.push(begun?.kind === "completed" ? begun : begun?.kind);
        break;
      }
      case "complete":
        await held?.owner.completed(id, held.lease, result);
        leases.delete(one.upload);
        break;
      case "fail":
        await held?.owner.completionFailed(id, held.lease, new Error("no"));
        leases.delete(one.upload);
        break;
      case "abort":
        answers.push(await registry.abort(id));
        break;
      case "rest":
        clock.now += 400;
        answers.push(await registry.sweep());
        break;
    }
  }
  for (const [upload, { lease, owner }] of leases) {
    await owner.completionFailed(ids[upload] ?? "", lease, new Error("end"));
  }
  const uploads = first && await Array.fromAsync(first.listUploads("b"));
  answers.push(uploads?.map(({ key }) => key), await first?.countUploads());
  return answers;
}

Deno.test("two registries on one KV file answer any row of calls as one in memory does", async () => {
  const directory = await Deno.makeTempDir();
  const path = `${directory}/kv.sqlite`;
  const kvs = [await Deno.openKv(path), await Deno.openKv(path)] as const;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
      const clock = { now: 1_700_000_000_000 };
      const options = { uploadTtlMs: TTL_MS, now: () => clock.now };
      const states = [openSharedState(kvs[0], options), openSharedState(kvs[1], options)] as const;
      const [a, b] = states;
      const shared = await perform(steps, ({ body }) => (body ? a : b).registry, clock);
      for (const { registry, close } of states) {
        await registry.dropBucket("b");
        await close();
      }
      const modelClock = { now: 1_700_000_000_000 };
      const model = new MapUploadRegistry({ ttlMs: TTL_MS, now: () => modelClock.now });
      assertEquals(shared, await perform(steps, () => model, modelClock));
    }),
    { numRuns: 25 },
  );
  for (const kv of kvs) kv.close();
  await Deno.remove(directory, { recursive: true });
});
