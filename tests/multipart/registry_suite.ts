import { assert, assertEquals, assertMatch, assertNotEquals, assertRejects } from "@std/assert";
import type {
  CompletionResult,
  Upload,
  UploadPart,
  UploadRegistry,
} from "../../lib/multipart/upload_registry.ts";

/** Time to live of the registries under test, in milliseconds. */
export const TTL_MS = 1000;

/** A registry with {@linkcode TTL_MS} under a clock that the test moves. */
export interface RegistryUnderTest {
  readonly registry: UploadRegistry;
  readonly clock: { now: number };
  readonly close: () => Promise<void> | void;
}

const part = (partNumber: number, etag = `etag-${partNumber}`): UploadPart => ({
  partNumber,
  etag,
  size: partNumber * 10,
  lastModified: 5,
  checksums: { CRC32: "AAAAAA==" },
  recipe: { content: { hash: "0".repeat(64), size: partNumber * 10 }, detail: `d${partNumber}` },
});

const begin = (registry: UploadRegistry, key = "key", bucket = "bucket"): Promise<Upload> =>
  registry.create({ bucket, key, initiator: "AKIA", attributes: { contentType: "text/plain" } });

const result: CompletionResult = { bucket: "bucket", key: "key", etag: "e-1", extra: { a: "b" } };

async function lease(registry: UploadRegistry, uploadId: string): Promise<string> {
  const completion = await registry.beginCompletion(uploadId);
  assert(completion?.kind === "begun");
  return completion.lease;
}

async function keysOf(registry: UploadRegistry, bucket = "bucket"): Promise<string[]> {
  return (await Array.fromAsync(registry.listUploads(bucket))).map((upload) => upload.key);
}

/**
 * What every body of the registry has to do.
 *
 * @param name Names the body in the names of the tests.
 * @param make Makes an empty registry for one test.
 */
export function registrySuite(
  name: string,
  make: () => Promise<RegistryUnderTest> | RegistryUnderTest,
): void {
  const test = (title: string, body: (made: RegistryUnderTest) => Promise<void>) =>
    Deno.test(`${name}: ${title}`, async () => {
      const made = await make();
      try {
        await body(made);
      } finally {
        await made.close();
      }
    });

  stateTests(test);
  completionTests(test);
  expiryTests(test);
  countTests(test);
}

type Test = (title: string, body: (made: RegistryUnderTest) => Promise<void>) => void;

function stateTests(test: Test): void {
  test("a new upload has an id of its own and is found by it", async ({ registry, clock }) => {
    const [a, b] = [await begin(registry), await begin(registry)];
    assertMatch(a.uploadId, /^[A-Za-z0-9_-]{20,}$/);
    assertNotEquals(a.uploadId, b.uploadId);
    assertEquals(await registry.get(a.uploadId), {
      uploadId: a.uploadId,
      bucket: "bucket",
      key: "key",
      initiated: clock.now,
      initiator: "AKIA",
      attributes: { contentType: "text/plain" },
    });
  });

  test("what belongs to the finished object is kept as it was given", async ({ registry }) => {
    const given = {
      bucket: "bucket",
      key: "key",
      initiator: "AKIA",
      attributes: {
        cacheControl: "no-cache",
        metadata: { b: "ü", a: "" },
        tags: [{ key: "t", value: "v" }],
      },
      checksum: { algorithm: "SHA256", type: "COMPOSITE" as const },
    };
    const { uploadId, initiated } = await registry.create(given);
    assertEquals(await registry.get(uploadId), { ...given, uploadId, initiated });
  });

  test("an unknown upload answers undefined to everything", async ({ registry }) => {
    for (const id of ["nope", "", "__proto__", "x".repeat(5000)]) {
      assertEquals(await registry.get(id), undefined);
      assertEquals(await registry.putPart(id, part(1)), undefined);
      assertEquals(await registry.listParts(id, { after: 0, limit: 10 }), undefined);
      assertEquals(await registry.beginCompletion(id), undefined);
      assertEquals(await registry.abort(id), false);
      await registry.completed(id, "lease", result);
      await registry.completionFailed(id, "lease", new Error("no"));
      assertEquals(await registry.get(id), undefined);
    }
  });

  test("parts are listed in ascending order, page by page", async ({ registry }) => {
    const { uploadId } = await begin(registry);
    for (const number of [10, 2, 10000, 1]) {
      assertEquals((await registry.putPart(uploadId, part(number)))?.uploadId, uploadId);
    }
    assertEquals(await registry.listParts(uploadId, { after: 0, limit: 2 }), {
      items: [part(1), part(2)],
      truncated: true,
    });
    assertEquals(await registry.listParts(uploadId, { after: 2, limit: 2 }), {
      items: [part(10), part(10000)],
      truncated: false,
    });
    assertEquals(await registry.listParts(uploadId, { after: 10000, limit: 2 }), {
      items: [],
      truncated: false,
    });
  });

  test("a part that is put again replaces the earlier one", async ({ registry }) => {
    const { uploadId } = await begin(registry);
    await registry.putPart(uploadId, part(1, "old"));
    await registry.putPart(uploadId, part(1, "new"));
    const page = await registry.listParts(uploadId, { after: 0, limit: 10 });
    assertEquals(page?.items, [part(1, "new")]);
  });

  test("uploads are listed by key in UTF-8 order, then by start, then by id", async (made) => {
    const { registry, clock } = made;
    for (const key of ["\u{1F600}", "\uFF5E", "b", "a/b", "a!"]) await begin(registry, key);
    await begin(registry, "elsewhere", "other");
    assertEquals(await keysOf(registry), ["a!", "a/b", "b", "\uFF5E", "\u{1F600}"]);
    const second = await begin(registry, "a!");
    clock.now += 1;
    const third = await begin(registry, "a!");
    const listed = await Array.fromAsync(registry.listUploads("bucket"));
    assertEquals(listed[2]?.uploadId, third.uploadId);
    const [one, two] = listed;
    assert(one && two && one.uploadId < two.uploadId);
    assert([one.uploadId, two.uploadId].includes(second.uploadId));
  });

  test("an aborted upload is gone", async ({ registry }) => {
    const { uploadId } = await begin(registry);
    assertEquals(await registry.abort(uploadId), true);
    assertEquals(await registry.abort(uploadId), false);
    assertEquals(await registry.get(uploadId), undefined);
    assertEquals(await registry.putPart(uploadId, part(1)), undefined);
    assertEquals(await registry.beginCompletion(uploadId), undefined);
    assertEquals(await keysOf(registry), []);
  });

  test("dropping a bucket forgets its uploads only", async ({ registry }) => {
    const { uploadId } = await begin(registry, "key", "gone");
    await begin(registry, "stays");
    await registry.dropBucket("gone");
    assertEquals(await registry.get(uploadId), undefined);
    assertEquals(await keysOf(registry, "gone"), []);
    assertEquals(await keysOf(registry), ["stays"]);
  });
}

function completionTests(test: Test): void {
  test("the first Complete gets the parts, later ones the kept result", async ({ registry }) => {
    const { uploadId } = await begin(registry);
    await registry.putPart(uploadId, part(2));
    await registry.putPart(uploadId, part(1));
    const completion = await registry.beginCompletion(uploadId);
    assert(completion?.kind === "begun");
    assertEquals(completion.parts, [part(1), part(2)]);
    assertEquals((await registry.get(uploadId))?.uploadId, uploadId);
    await registry.completed(uploadId, completion.lease, result);
    assertEquals(await registry.beginCompletion(uploadId), { kind: "completed", result });
    assertEquals(await registry.get(uploadId), undefined);
    assertEquals(await registry.listParts(uploadId, { after: 0, limit: 1 }), undefined);
    assertEquals(await registry.putPart(uploadId, part(3)), undefined);
    assertEquals(await registry.abort(uploadId), false);
    assertEquals(await keysOf(registry), []);
  });

  test("a Complete that comes meanwhile waits and gets the same result", async ({ registry }) => {
    const { uploadId } = await begin(registry);
    const held = await lease(registry, uploadId);
    const others = await Promise.all([1, 2, 3].map(() => registry.beginCompletion(uploadId)));
    const results = others.map((other) => {
      assert(other?.kind === "running");
      return other.result;
    });
    await registry.completed(uploadId, held, result);
    assertEquals(await Promise.all(results), [result, result, result]);
  });

  test("of many Completes at once exactly one begins", async ({ registry }) => {
    const { uploadId } = await begin(registry);
    const kinds = await Promise.all(
      Array.from({ length: 16 }, async () => (await registry.beginCompletion(uploadId))?.kind),
    );
    assertEquals(kinds.filter((kind) => kind === "begun").length, 1);
    assertEquals(kinds.filter((kind) => kind === "running").length, 15);
    await registry.abort(uploadId);
  });

  test("after a failure who waits gets the error and the upload is open", async ({ registry }) => {
    const { uploadId } = await begin(registry);
    await registry.putPart(uploadId, part(1));
    const held = await lease(registry, uploadId);
    const other = await registry.beginCompletion(uploadId);
    assert(other?.kind === "running");
    const waiting = assertRejects(() => other.result, Error, "the CAS is away");
    await registry.completionFailed(uploadId, held, new Error("the CAS is away"));
    await waiting;
    assertEquals((await registry.putPart(uploadId, part(2)))?.uploadId, uploadId);
    const again = await registry.beginCompletion(uploadId);
    assert(again?.kind === "begun");
    assertEquals(again.parts, [part(1), part(2)]);
    assertNotEquals(again.lease, held);
  });

  test("a failure that nobody waits for is no unhandled rejection", async ({ registry }) => {
    const { uploadId } = await begin(registry);
    await registry.completionFailed(uploadId, await lease(registry, uploadId), new Error("alone"));
    await new Promise((resolve) => setTimeout(resolve, 0));
    assertEquals((await registry.beginCompletion(uploadId))?.kind, "begun");
  });

  test("a lease that has ended changes nothing", async ({ registry }) => {
    const { uploadId } = await begin(registry);
    const old = await lease(registry, uploadId);
    await registry.completionFailed(uploadId, old, new Error("first"));
    const current = await lease(registry, uploadId);
    await registry.completionFailed(uploadId, old, new Error("late"));
    await registry.completed(uploadId, old, { ...result, etag: "wrong" });
    assertEquals((await registry.beginCompletion(uploadId))?.kind, "running");
    await registry.completed(uploadId, current, result);
    assertEquals(await registry.beginCompletion(uploadId), { kind: "completed", result });
  });

  test("while completing, parts are refused and an abort changes nothing", async (made) => {
    const { registry } = made;
    const { uploadId } = await begin(registry);
    const held = await lease(registry, uploadId);
    assertEquals(await registry.putPart(uploadId, part(1)), undefined);
    assertEquals(await registry.abort(uploadId), "completing");
    assertEquals((await registry.get(uploadId))?.uploadId, uploadId);
    assertEquals(await keysOf(registry), ["key"]);
    await registry.completed(uploadId, held, result);
    assertEquals(await registry.beginCompletion(uploadId), { kind: "completed", result });
  });

  test("of an abort and a Complete at once one wins", async ({ registry }) => {
    for (let round = 0; round < 20; round++) {
      const { uploadId } = await begin(registry);
      const calls = round % 2 === 0
        ? [registry.abort(uploadId), registry.beginCompletion(uploadId)]
        : [registry.beginCompletion(uploadId), registry.abort(uploadId)];
      const answers = await Promise.all(calls);
      const aborted = answers.includes(true);
      const begun = answers.some((answer) => typeof answer === "object" && answer.kind === "begun");
      assertNotEquals(aborted, begun);
    }
  });

  test("who waits is answered although the bucket was dropped", async ({ registry }) => {
    const { uploadId } = await begin(registry);
    const held = await lease(registry, uploadId);
    const other = await registry.beginCompletion(uploadId);
    assert(other?.kind === "running");
    await registry.dropBucket("bucket");
    await registry.completed(uploadId, held, result);
    assertEquals(await other.result, result);
    assertEquals(await registry.beginCompletion(uploadId), undefined);
  });
}

function expiryTests(test: Test): void {
  test("an upload without activity is gone after its time, before any sweep", async (made) => {
    const { registry, clock } = made;
    const { uploadId } = await begin(registry);
    clock.now += TTL_MS - 1;
    assertEquals((await registry.get(uploadId))?.uploadId, uploadId);
    clock.now += 1;
    assertEquals(await registry.get(uploadId), undefined);
    assertEquals(await registry.putPart(uploadId, part(1)), undefined);
    assertEquals(await registry.listParts(uploadId, { after: 0, limit: 1 }), undefined);
    assertEquals(await registry.beginCompletion(uploadId), undefined);
    assertEquals(await registry.abort(uploadId), false);
    assertEquals(await keysOf(registry), []);
    assertEquals(await registry.sweep(), 1);
    assertEquals(await registry.sweep(), 0);
  });

  test("a part starts the time anew, and so does a failed completion", async (made) => {
    const { registry, clock } = made;
    const { uploadId } = await begin(registry);
    clock.now += TTL_MS - 1;
    await registry.putPart(uploadId, part(1));
    clock.now += TTL_MS - 1;
    const held = await lease(registry, uploadId);
    clock.now += 10 * TTL_MS;
    await registry.completionFailed(uploadId, held, new Error("late"));
    clock.now += TTL_MS - 1;
    assertEquals(await registry.sweep(), 0);
    const page = await registry.listParts(uploadId, { after: 0, limit: 9 });
    assertEquals(page?.items, [part(1)]);
  });

  test("an upload that is completing is never swept", async ({ registry, clock }) => {
    const { uploadId } = await begin(registry);
    const held = await lease(registry, uploadId);
    clock.now += 100 * TTL_MS;
    assertEquals(await registry.sweep(), 0);
    assertEquals((await registry.get(uploadId))?.uploadId, uploadId);
    await registry.completed(uploadId, held, result);
    assertEquals(await registry.beginCompletion(uploadId), { kind: "completed", result });
  });

  test("a result is kept for the time to live, and is not counted as an upload", async (made) => {
    const { registry, clock } = made;
    const { uploadId } = await begin(registry);
    await registry.completed(uploadId, await lease(registry, uploadId), result);
    clock.now += TTL_MS - 1;
    assertEquals(await registry.sweep(), 0);
    assertEquals(await registry.beginCompletion(uploadId), { kind: "completed", result });
    clock.now += 1;
    assertEquals(await registry.beginCompletion(uploadId), undefined);
    assertEquals(await registry.sweep(), 0);
  });
}

function countTests(test: Test): void {
  const of = (registry: UploadRegistry, initiator: string, bucket = "bucket") =>
    registry.create({ bucket, key: "key", initiator, attributes: {} });
  const counts = (registry: UploadRegistry) =>
    Promise.all([undefined, "A", "AB", ""].map((initiator) => registry.countUploads(initiator)));

  test("uploads are counted in all and of one access key id", async ({ registry }) => {
    assertEquals(await counts(registry), [0, 0, 0, 0]);
    for (const initiator of ["A", "AB", "A", ""]) await of(registry, initiator);
    assertEquals(await counts(registry), [4, 2, 1, 1]);
  });

  test("an upload counts until it is completed, aborted or dropped", async ({ registry }) => {
    const [first, second] = [await of(registry, "A"), await of(registry, "A")];
    const [third] = [await of(registry, "AB", "other"), await of(registry, "AB", "other")];
    await registry.putPart(first.uploadId, part(1));
    const failed = await lease(registry, first.uploadId);
    assertEquals(await counts(registry), [4, 2, 2, 0]);
    await registry.completionFailed(first.uploadId, failed, new Error("no"));
    assertEquals(await counts(registry), [4, 2, 2, 0]);
    await registry.completed(first.uploadId, await lease(registry, first.uploadId), result);
    assertEquals(await counts(registry), [3, 1, 2, 0]);
    await registry.abort(second.uploadId);
    assertEquals(await counts(registry), [2, 0, 2, 0]);
    const held = await lease(registry, third.uploadId);
    await registry.dropBucket("other");
    assertEquals(await counts(registry), [0, 0, 0, 0]);
    await registry.completed(third.uploadId, held, result);
    assertEquals(await counts(registry), [0, 0, 0, 0]);
  });

  test("what has outlived its time is not counted, before any sweep or after", async (made) => {
    const { registry, clock } = made;
    const [rested, active, completing] = [
      await of(registry, "A"),
      await of(registry, "A"),
      await of(registry, "A"),
    ];
    await lease(registry, completing.uploadId);
    clock.now += TTL_MS - 1;
    await registry.putPart(active.uploadId, part(1));
    assertEquals(await registry.countUploads("A"), 3);
    clock.now += 1;
    assertEquals(await registry.get(rested.uploadId), undefined);
    assertEquals(await registry.countUploads("A"), 2);
    assertEquals(await registry.sweep(), 1);
    assertEquals(await registry.countUploads("A"), 2);
    clock.now += TTL_MS - 1;
    assertEquals(await registry.countUploads("A"), 1);
  });
}
