import { assertEquals, assertRejects } from "@std/assert";
import { StoreError } from "../../../lib/errors/store_error.ts";
import type { BucketSettings } from "../../../lib/store/object_store.ts";
import { BUCKET, names, rawPaths, withOther, withStore, writeRaw } from "../store_under_test.ts";

const SETTINGS: BucketSettings = {
  cors: [
    {
      id: "one",
      allowedOrigins: ["https://*.example.com"],
      allowedMethods: ["GET", "PUT"],
      allowedHeaders: ["*"],
      exposeHeaders: ["ETag"],
      maxAgeSeconds: 3000,
    },
    { allowedOrigins: ["*"], allowedMethods: ["GET"], allowedHeaders: [], exposeHeaders: [] },
  ],
};

Deno.test("settings are read at most once a minute; own changes are seen at once", async () => {
  let now = 1_700_000_000_000;
  await withStore(async (made) => {
    const { store, hub, buckets } = made;
    await withOther(made, async (other) => {
      await other.owner();
      hub.counters.reset();
      const seen = await Promise.all([1, 2, 3].map(() => other.bucketSettings(BUCKET)));
      assertEquals(seen, [{}, {}, {}]);
      assertEquals(hub.counters.of("*").calls, 1);
      await store.updateBucketSettings(BUCKET, () => SETTINGS);
      assertEquals(await store.bucketSettings(BUCKET), SETTINGS);
      assertEquals(await other.bucketSettings(BUCKET), {});
      now += 59_999;
      assertEquals(await other.bucketSettings(BUCKET), {});
      now++;
      assertEquals(await other.bucketSettings(BUCKET), SETTINGS);
      await other.updateBucketSettings(BUCKET, () => ({}));
      assertEquals(await other.bucketSettings(BUCKET), {});
      await other.updateBucketSettings(BUCKET, () => ({}));
      now += 60_000;
      hub.counters.reset();
      assertEquals(await store.bucketSettings(BUCKET), {});
      assertEquals(await store.bucketSettings(BUCKET), {});
      assertEquals(hub.counters.of("*").calls, 1);
      assertEquals(await rawPaths(buckets), []);
    }, { now: () => now });
  }, { now: () => now });
});

Deno.test("settings as they were last seen cost no call, however old they are", async () => {
  let now = 1_700_000_000_000;
  await withStore(async (made) => {
    const { store, hub } = made;
    await store.updateBucketSettings(BUCKET, () => SETTINGS);
    now += 3_600_000;
    await withOther(made, async (other) => {
      await other.owner();
      hub.counters.reset();
      assertEquals(await store.bucketSettings(BUCKET, { remembered: true }), SETTINGS);
      assertEquals(await other.bucketSettings(BUCKET, { remembered: true }), {});
      assertEquals(hub.counters.of("*").calls, 0);
    }, { now: () => now });
  }, { now: () => now });
});

Deno.test("a change that fails is told, and what is there is read again", () =>
  withStore(async ({ store, hub }) => {
    await store.updateBucketSettings(BUCKET, () => SETTINGS);
    const remove = hub.switches.faults.add({ endpoint: "hub.batch", status: 503 });
    await assertRejects(() => store.updateBucketSettings(BUCKET, () => ({})), StoreError);
    remove();
    assertEquals(await store.bucketSettings(BUCKET), SETTINGS);
  }));

/**
 * A `fetch` that keeps the second answer to paths-info back until it is let go, and lets no batch go out before
 * there is one.
 */
function holdingFetch() {
  const held = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  let looks = 0;
  const holding: typeof fetch = async (input, init) => {
    const request = new Request(input, init);
    if (request.url.endsWith("/batch")) await asked.promise;
    const holds = request.url.endsWith("/paths-info") && ++looks === 2;
    const answer = await fetch(request);
    if (!holds) return answer;
    asked.resolve();
    await held.promise;
    return answer;
  };
  return { fetch: holding, letGo: held.resolve };
}

Deno.test("a read that a change overtakes is not kept", () =>
  withStore(async (made) => {
    let now = 1_700_000_000_000;
    const { fetch, letGo } = holdingFetch();
    await withOther(made, async (store) => {
      let slow: Promise<BucketSettings> | undefined;
      await store.updateBucketSettings(BUCKET, () => {
        now += 60_000;
        slow = store.bucketSettings(BUCKET);
        return SETTINGS;
      });
      letGo();
      assertEquals(await slow, {});
      assertEquals(await store.bucketSettings(BUCKET), SETTINGS);
    }, { fetch, now: () => now });
  }));

Deno.test("a look after a change of unknown outcome does not share an older read", () =>
  withStore(async (made) => {
    let now = 1_700_000_000_000;
    const { fetch, letGo } = holdingFetch();
    await withOther(made, async (store) => {
      const heal = made.hub.switches.faults.add({
        endpoint: "hub.batch",
        status: 403,
        when: "after",
      });
      let slow: Promise<BucketSettings> | undefined;
      const change = () =>
        store.updateBucketSettings(BUCKET, () => {
          now += 60_000;
          slow = store.bucketSettings(BUCKET);
          return SETTINGS;
        });
      await assertRejects(change, StoreError);
      heal();
      const look = store.bucketSettings(BUCKET);
      letGo();
      assertEquals(await slow, {});
      assertEquals(await look, SETTINGS);
    }, { fetch, now: () => now });
  }));

Deno.test("settings that cannot be read are none, and told of", async () => {
  const ignored: string[] = [];
  await withStore(async ({ store, buckets }) => {
    await writeRaw(buckets, "~hugbucket/bucket.json", '{"version":1,"cors":"*"}');
    assertEquals(await store.bucketSettings(BUCKET), {});
    assertEquals(ignored, ["~hugbucket/bucket.json unreadable"]);
  }, { onIgnored: ({ path, reason }) => ignored.push(`${path} ${reason}`) });
});

Deno.test("a bucket's settings end with it, and do not keep it", () =>
  withStore(async ({ store }) => {
    await store.updateBucketSettings(BUCKET, () => SETTINGS);
    assertEquals(await names(store), []);
    await store.deleteBucket(BUCKET);
    for (
      const work of [
        () => store.bucketSettings(BUCKET),
        () => store.updateBucketSettings(BUCKET, () => SETTINGS),
        () => store.updateBucketSettings("a--b--c", () => ({})),
      ]
    ) assertEquals((await assertRejects(work, StoreError)).kind, "no_such_bucket");
    await store.createBucket(BUCKET);
    assertEquals(await store.bucketSettings(BUCKET), {});
  }));

Deno.test("changes at the same time lose none of each other, also by two gateways", () =>
  withStore(async (made) => {
    await withOther(made, async (other) => {
      const keys = ["0", "1", "2", "3", "4", "5", "6", "7"];
      // Both remember that there is nothing.
      for (const store of [made.store, other]) await store.bucketSettings(BUCKET);
      await Promise.all(
        keys.map((key, at) =>
          [made.store, other][at % 2]?.updateBucketSettings(BUCKET, ({ tags = [], ...others }) => ({
            ...others,
            tags: [...tags, { key, value: "" }],
          }))
        ),
      );
      await made.store.updateBucketSettings(BUCKET, (settings) => ({ ...settings, cors: [] }));
      const { tags = [], cors } = await made.store.bucketSettings(BUCKET);
      assertEquals(tags.map(({ key }) => key).sort(), keys);
      assertEquals(cors, []);
    });
  }));

Deno.test("a change to what is there already writes nothing", () =>
  withStore(async ({ store, hub }) => {
    await store.updateBucketSettings(BUCKET, () => SETTINGS);
    hub.counters.reset();
    await store.updateBucketSettings(BUCKET, (settings) => settings);
    assertEquals(hub.counters.of("hub.batch").calls, 0);
    assertEquals(await store.bucketSettings(BUCKET), SETTINGS);
  }));
