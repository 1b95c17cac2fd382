import { openSharedState } from "../../lib/kv/shared_state.ts";
import type { UploadRegistry } from "../../lib/multipart/upload_registry.ts";
import { registrySuite, TTL_MS } from "../multipart/registry_suite.ts";

/** Calls go to two registries in turn, as requests go to two gateways; who begins a completion ends it. */
function inTurns(a: UploadRegistry, b: UploadRegistry): UploadRegistry {
  let turn = 0;
  const next = () => turn++ % 2 === 0 ? a : b;
  const begun = new Map<string, UploadRegistry>();
  const owner = (lease: string) => begun.get(lease) ?? next();
  return {
    create: (upload) => next().create(upload),
    get: (id) => next().get(id),
    putPart: (id, part) => next().putPart(id, part),
    listParts: (id, options) => next().listParts(id, options),
    listUploads: (bucket) => next().listUploads(bucket),
    countUploads: (initiator) => next().countUploads(initiator),
    async beginCompletion(id) {
      const registry = next();
      const completion = await registry.beginCompletion(id);
      if (completion?.kind === "begun") begun.set(completion.lease, registry);
      return completion;
    },
    completed: (id, lease, result) => owner(lease).completed(id, lease, result),
    completionFailed: (id, lease, error) => owner(lease).completionFailed(id, lease, error),
    abort: (id) => next().abort(id),
    dropBucket: (bucket) => next().dropBucket(bucket),
    sweep: () => next().sweep(),
  };
}

registrySuite("KvUploadRegistry", async () => {
  const clock = { now: 1_700_000_000_000 };
  const kv = await Deno.openKv(":memory:");
  const state = openSharedState(kv, { uploadTtlMs: TTL_MS, now: () => clock.now });
  return {
    registry: state.registry,
    clock,
    async close() {
      await state.close();
      kv.close();
    },
  };
});

registrySuite("KvUploadRegistry of two processes", async () => {
  const clock = { now: 1_700_000_000_000 };
  const kv = await Deno.openKv(":memory:");
  const options = { uploadTtlMs: TTL_MS, now: () => clock.now };
  const [a, b] = [openSharedState(kv, options), openSharedState(kv, options)];
  return {
    registry: inTurns(a.registry, b.registry),
    clock,
    async close() {
      await a.close();
      await b.close();
      kv.close();
    },
  };
});
