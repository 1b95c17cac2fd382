import { assertEquals, assertRejects } from "@std/assert";
import { HubError } from "../../lib/hub/hub_error.ts";
import { HubPageSource } from "../../lib/store/hub_page_source.ts";
import { RefusedCursor } from "../../lib/store/listing/page_source.ts";
import { BUCKET, BUCKET_ID, names, put, withStore } from "./store_under_test.ts";

Deno.test("pages of the Hub come with lines and the cursor of the next", () =>
  withStore(async ({ store, buckets }) => {
    for (const key of ["a/1", "a/2", "b"]) await put(store, key);
    const source = new HubPageSource(buckets, BUCKET_ID, 1);
    const first = await source.page({ prefix: "", recursive: false });
    assertEquals(first.lines, [{ kind: "directory", path: "a" }]);
    const { next } = first;
    const second = await source.page({
      prefix: "",
      recursive: false,
      ...(next && { cursor: next }),
    });
    assertEquals(second.lines.map((line) => line.kind === "file" && line.file.path), ["b"]);
    assertEquals(second.next, undefined);
    assertEquals([...(await source.files(["a/1", "a", "c"])).keys()], ["a/1"]);
  }));

Deno.test("a cursor that the Hub refuses is told from other failures", () =>
  withStore(async ({ buckets }) => {
    const source = new HubPageSource(buckets, BUCKET_ID, 1);
    const cursor = "no cursor";
    await assertRejects(() => source.page({ prefix: "", recursive: true, cursor }), RefusedCursor);
    const other = new HubPageSource(buckets, "alice/nope", 1);
    await assertRejects(() => other.page({ prefix: "", recursive: true, cursor }), HubError);
  }));

Deno.test("a listing with a cursor that the Hub refuses finds its way from the start", () =>
  withStore(async ({ store, hub }) => {
    for (const key of ["a", "b", "c"]) await put(store, key);
    hub.counters.reset();
    const where = { kind: "flat", cursor: "no cursor" };
    const cursor = JSON.stringify([BUCKET_ID, "", null, where]);
    assertEquals(await names(store, { after: "a", cursor }), ["b", "c"]);
    assertEquals(hub.counters.of("hub").calls, 2, BUCKET);
  }));
