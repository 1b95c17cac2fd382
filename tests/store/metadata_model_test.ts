import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { ObjectAttributes, ObjectPart } from "../../lib/store/object_store.ts";
import type { BucketObjectStore } from "../../lib/store/bucket_object_store.ts";
import {
  BUCKET,
  BUCKET_ID,
  commitOne,
  names,
  putWith,
  rawPaths,
  statOne,
  type StoreUnderTest,
  text,
  withOther,
  withStore,
  writeRaw,
} from "./store_under_test.ts";

/** What a key should hold. */
interface Held {
  readonly bytes: string;
  readonly attributes: ObjectAttributes;
  readonly parts: readonly ObjectPart[];
}

const KEYS = ["a", "a/b", "dir/", "~z"];
const key = fc.constantFrom(...KEYS);
const bytes = fc.constantFrom("one", "two", "");
const attributes: fc.Arbitrary<ObjectAttributes> = fc.constantFrom(
  {},
  { metadata: { a: "1" } },
  { metadata: { b: "2" }, tags: [{ key: "t", value: "v" }] },
  { cacheControl: "x", contentType: "c/d" },
);

type Action =
  | { readonly kind: "put"; readonly key: string; readonly bytes: string; readonly parts: boolean }
    & { readonly attributes: ObjectAttributes }
  | { readonly kind: "copy"; readonly from: string; readonly key: string }
    & { readonly attributes: ObjectAttributes }
  | { readonly kind: "annotate"; readonly key: string; readonly attributes: ObjectAttributes }
  | { readonly kind: "delete"; readonly keys: readonly string[] }
  | { readonly kind: "raw"; readonly key: string; readonly bytes: string }
  | { readonly kind: "raw-delete"; readonly key: string };

const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({
    kind: fc.constant("put" as const),
    key,
    bytes,
    attributes,
    parts: fc.boolean(),
  }),
  fc.record({ kind: fc.constant("copy" as const), from: key, key, attributes }),
  fc.record({ kind: fc.constant("annotate" as const), key, attributes }),
  fc.record({ kind: fc.constant("delete" as const), keys: fc.uniqueArray(key) }),
  fc.record({ kind: fc.constant("raw" as const), key, bytes }),
  fc.record({ kind: fc.constant("raw-delete" as const), key }),
);

const pathOf = (name: string) => name.endsWith("/") ? `${name}.hugbucket_keep` : name;

/** With the media type that a folder marker has by itself. */
const shown = (name: string, given: ObjectAttributes): ObjectAttributes =>
  name.endsWith("/") ? { contentType: "application/x-directory", ...given } : given;

let lastChange = 1_500_000_000_000;
const changedAt = (): number => ++lastChange;

/** Does an action, and what it means to the model. */
async function run(
  { buckets }: StoreUnderTest,
  store: BucketObjectStore,
  model: Map<string, Held>,
  action: Action,
): Promise<void> {
  switch (action.kind) {
    case "put": {
      const parts = action.parts ? [{ partNumber: 1, size: action.bytes.length }] : [];
      await putWith(store, action.key, action.bytes, action.attributes, { parts });
      model.set(action.key, {
        bytes: action.bytes,
        attributes: shown(action.key, action.attributes),
        parts,
      });
      return;
    }
    case "copy": {
      const [object, source] = [await statOne(store, action.from), model.get(action.from)];
      if (object === undefined || source === undefined) return;
      const { kind } = await commitOne(store, {
        ...action,
        source: { bucket: BUCKET, object },
      });
      assertEquals(kind, "stored");
      model.set(action.key, { ...source, attributes: shown(action.key, action.attributes) });
      return;
    }
    case "annotate": {
      const [object, held] = [await statOne(store, action.key), model.get(action.key)];
      if (object === undefined || held === undefined) return;
      const result = await commitOne(store, { ...action, content: object.content });
      assert(result.kind === "stored");
      model.set(action.key, { ...held, attributes: shown(action.key, action.attributes) });
      return;
    }
    case "delete":
      await store.commit(BUCKET, action.keys.map((each) => ({ kind: "delete", key: each })));
      for (const each of action.keys) model.delete(each);
      return;
    case "raw":
      // As other tools do: with the time at which the file was changed, somewhere else.
      await writeRaw(buckets, pathOf(action.key), action.bytes, changedAt());
      model.set(action.key, {
        bytes: action.bytes,
        attributes: shown(action.key, {}),
        parts: [],
      });
      return;
    case "raw-delete":
      await buckets.commit(BUCKET_ID, [{ type: "deleteFile", path: pathOf(action.key) }]);
      model.delete(action.key);
      return;
    default:
      return action satisfies never;
  }
}

async function check(store: BucketObjectStore, model: ReadonlyMap<string, Held>): Promise<void> {
  const objects = await store.stat(BUCKET, KEYS);
  for (const [i, name] of KEYS.entries()) {
    const [object, held] = [objects[i], model.get(name)];
    assertEquals(object?.attributes, held?.attributes, name);
    if (object === undefined || held === undefined) continue;
    assertEquals(await text(store, object), held.bytes);
    assertEquals(await store.parts(BUCKET, object), held.parts);
  }
  assertEquals(await names(store), KEYS.filter((name) => model.has(name)));
}

Deno.test("after any writes, copies, deletes and other tools' doings attributes are what they should be", () =>
  withStore(async (made) => {
    await withOther(made, async (other) => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(action, fc.boolean()), { maxLength: 10 }),
          async (actions) => {
            await made.store.commit(BUCKET, KEYS.map((each) => ({ kind: "delete", key: each })));
            assertEquals(await rawPaths(made.buckets), []);
            const model = new Map<string, Held>();
            for (const [each, elsewhere] of actions) {
              await run(made, elsewhere ? other : made.store, model, each);
            }
            await check(made.store, model);
            await check(other, model);
          },
        ),
        { numRuns: 40 },
      );
    });
  }));
