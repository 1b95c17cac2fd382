import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { StoreError } from "../../../lib/errors/store_error.ts";
import { compareUtf8 } from "../../../lib/flow/utf8_order.ts";
import { keyOfPath } from "../../../lib/store/keys.ts";
import { listEntries } from "../../../lib/store/listing/list_entries.ts";
import { ListingMemory } from "../../../lib/store/listing/listing_memory.ts";
import type { ListEntry, ListQuery } from "../../../lib/store/object_store.ts";
import { type LineOrder, MemoryPageSource } from "./memory_page_source.ts";

const nameOf = (entry: ListEntry): string =>
  entry.kind === "object" ? entry.object.key : entry.prefix;

/** How an entry reads in a comparison: groups in brackets. */
const show = (entry: ListEntry): string =>
  entry.kind === "object" ? entry.object.key : `[${entry.prefix}]`;

/** The listing as S3 defines it, of a sorted array. */
function model(paths: Iterable<string>, { prefix, delimiter, after }: ListQuery): string[] {
  const keys = [...paths].flatMap((path) => keyOfPath(path) ?? []).sort(compareUtf8);
  const entries: string[] = [];
  for (const key of keys) {
    if (!key.startsWith(prefix)) continue;
    const at = delimiter ? key.indexOf(delimiter, prefix.length) : -1;
    const name = at < 0 ? key : key.slice(0, at + (delimiter ?? "").length);
    if (after !== undefined && compareUtf8(name, after) <= 0) continue;
    const text = at < 0 ? name : `[${name}]`;
    if (entries.at(-1) !== text) entries.push(text);
  }
  return entries;
}

const contextOf = (source: MemoryPageSource, memory = new ListingMemory()) => ({
  source,
  memory,
  bucket: "b",
  sortLimit: 1000,
});

async function listAll(source: MemoryPageSource, query: ListQuery): Promise<string[]> {
  return (await Array.fromAsync(listEntries(contextOf(source), query))).map(show);
}

/** Lists page by page as a client does; `resume` says what it gives back to go on. */
async function listPaged(
  source: MemoryPageSource,
  query: ListQuery,
  options: { readonly maxKeys: number; readonly memory?: ListingMemory; readonly cursors: boolean },
): Promise<string[]> {
  const context = contextOf(source, options.memory ?? new ListingMemory());
  const all: string[] = [];
  let from: ListQuery = query;
  for (;;) {
    const page: ListEntry[] = [];
    let truncated = false;
    for await (const entry of listEntries(context, from)) {
      if (page.length === options.maxKeys) {
        truncated = true;
        break;
      }
      page.push(entry);
    }
    all.push(...page.map(show));
    const last = page.at(-1);
    if (!truncated || last === undefined) return all;
    from = {
      ...query,
      after: nameOf(last),
      ...(options.cursors && last.cursor !== undefined && { cursor: last.cursor }),
    };
  }
}

const segment = fc.constantFrom(
  "a",
  "a!",
  "a-b",
  "a.txt",
  "a0",
  "b",
  "!",
  ".git",
  ".hugbucket_keep",
  ".hugbucket_kee",
  ".hugbucket_keep0",
  "-",
  "~",
  "~hugbucket",
  "~hugbucket0",
  "~~",
  "\u007f",
  "é",
  "\uff5e",
  "\u{1F600}",
);
const path = fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/"));
const hidden = fc.array(segment, { minLength: 1, maxLength: 2 })
  .map((parts) => `~hugbucket/meta/${parts.join("/")}`);
const tree = fc.uniqueArray(fc.oneof({ weight: 5, arbitrary: path }, hidden), { maxLength: 40 });
const query = fc.record({
  prefix: fc.oneof(
    fc.constantFrom("", "a", "a/", "a/a", "~", "~h", "~hugbucket", "\u{1F600}", ".", "é/", "a/."),
    path,
    path.map((text) => `${text}/`),
  ),
  delimiter: fc.constantFrom(undefined, "/", "/", "a", "hug", "!", "a/", "\u{1F600}", "//"),
  after: fc.oneof(
    fc.constant(undefined),
    path,
    path.map((text) => `${text}/`),
    fc.constantFrom("~hugbucket/", "~hugbucket/zz", "~hugbucket", "\u{10FFFF}"),
  ),
}).map(({ prefix, delimiter, after }): ListQuery => ({
  prefix,
  ...(delimiter !== undefined && { delimiter }),
  ...(after !== undefined && { after }),
}));

function sourceOf(paths: readonly string[], order: LineOrder, pageSize: number): MemoryPageSource {
  const source = new MemoryPageSource(paths);
  source.order = order;
  source.pageSize = pageSize;
  return source;
}

const readsAll = (paths: readonly string[], { prefix }: ListQuery): boolean =>
  /(^|\/)$/.test(prefix) && !paths.some((path) => path.startsWith("~hugbucket/"));

for (const order of ["plain", "slash", "directories first", "reverse"] as const) {
  Deno.test(`any listing equals that of a sorted array when the Hub's order is ${order}`, async () => {
    const streams = order === "plain" || order === "slash";
    await fc.assert(
      fc.asyncProperty(tree, query, fc.integer({ min: 1, max: 6 }), async (paths, asked, size) => {
        // A walk that may end early cannot see that the rest is out of order.
        fc.pre(order !== "reverse" || readsAll(paths, asked));
        const source = sourceOf(paths, order, size);
        const context = contextOf(source);
        let got: string[];
        try {
          got = (await Array.fromAsync(listEntries(context, asked))).map(show);
        } catch (error) {
          // A wrong order that shows late is an error to be repeated, and then it is known.
          assert(!streams && error instanceof StoreError && error.kind === "unavailable");
          got = (await Array.fromAsync(listEntries(context, asked))).map(show);
        }
        assertEquals(got, model(paths, asked));
      }),
      { numRuns: 300 },
    );
  });
}

for (const order of ["plain", "slash"] as const) {
  for (const way of ["cursors", "memory", "cursors and memory", "neither"] as const) {
    Deno.test(`pages by ${way} join to the whole listing in ${order} order`, async () => {
      const sizes = fc.record({
        pageSize: fc.integer({ min: 1, max: 5 }),
        maxKeys: fc.integer({ min: 1, max: 4 }),
      });
      await fc.assert(
        fc.asyncProperty(tree, query, sizes, async (paths, asked, { pageSize, maxKeys }) => {
          const source = sourceOf(paths, order, pageSize);
          const got = await listPaged(source, asked, {
            maxKeys,
            cursors: way.includes("cursors"),
            // Without a memory of its own, each page starts with what the client gave back.
            ...(!way.includes("memory") && { memory: new ForgetfulMemory() }),
          });
          assertEquals(got, model(paths, asked));
        }),
        { numRuns: 300 },
      );
    });
  }
}

class ForgetfulMemory extends ListingMemory {
  override remember(): void {}
}

Deno.test("keys written between two pages are found, by cursor and by memory", async () => {
  const writes = fc.array(fc.oneof(path, hidden), { minLength: 1, maxLength: 6 });
  const ways = fc.record({
    pageSize: fc.integer({ min: 1, max: 3 }),
    maxKeys: fc.integer({ min: 1, max: 4 }),
    forgetful: fc.boolean(),
    order: fc.constantFrom<LineOrder>("plain", "slash"),
  });
  await fc.assert(
    fc.asyncProperty(tree, writes, query, ways, async (paths, added, asked, way) => {
      const source = sourceOf(paths, way.order, way.pageSize);
      const context = contextOf(source, way.forgetful ? new ForgetfulMemory() : undefined);
      let from: ListQuery = asked;
      for (const write of added) {
        const page: ListEntry[] = [];
        // Looks one entry ahead, as the gateway does.
        for await (const entry of listEntries(context, from)) {
          if (page.length === way.maxKeys) break;
          page.push(entry);
        }
        assertEquals(page.map(show), model(source.paths, from).slice(0, way.maxKeys));
        const last = page.at(-1);
        if (last === undefined) return;
        const { cursor } = last;
        from = { ...asked, after: nameOf(last), ...(cursor !== undefined && { cursor }) };
        source.paths.add(write);
      }
      const rest = await Array.fromAsync(listEntries(context, from));
      assertEquals(rest.map(show), model(source.paths, from));
    }),
    { numRuns: 500 },
  );
});

Deno.test("a page that goes on asks only for directories that could have been missed", async () => {
  const names = Array.from({ length: 40 }, (_, i) => `part-${String(i).padStart(3, "0")}`);
  for (const [order, asked] of [["plain", 8], ["slash", 0]] as const) {
    const source = sourceOf(["a!", "a/x", ...names], order, 10);
    const query = { prefix: "", delimiter: "/" };
    await listPaged(source, query, { maxKeys: 10, cursors: true });
    // Nine pages with those looked ahead; and whether `part` and, say, `part-007` are directories by now.
    assertEquals(source.calls.pages, 9 + asked, order);
  }
});

Deno.test("a remembered place is not used for another delimiter or prefix", async () => {
  const source = sourceOf(["g/1", "g/2", "g/3", "g/4", "h"], "plain", 1);
  const context = contextOf(source);
  const grouped = await Array.fromAsync(listEntries(context, { prefix: "", delimiter: "g/" }));
  assertEquals(grouped.map(show), ["[g/]", "h"]);
  const cursor = grouped[0]?.cursor;
  const flat = listEntries(context, { prefix: "", after: "g/", ...(cursor && { cursor }) });
  assertEquals((await Array.fromAsync(flat)).map(show), ["g/1", "g/2", "g/3", "g/4", "h"]);
});

Deno.test("the first page of a large bucket reads little of it", async () => {
  const paths = Array.from({ length: 5000 }, (_, i) => `k${String(i).padStart(5, "0")}`);
  const source = sourceOf(paths, "plain", 10);
  const context = contextOf(source);
  let seen = 0;
  for await (const _ of listEntries(context, { prefix: "" })) if (++seen === 20) break;
  assertEquals(source.calls, { pages: 2, files: 0 });
});

Deno.test("the next page goes on where the last one ended", async () => {
  const paths = Array.from({ length: 5000 }, (_, i) => `k${String(i).padStart(5, "0")}`);
  const source = sourceOf(paths, "plain", 10);
  await listPaged(source, { prefix: "" }, {
    maxKeys: 1000,
    cursors: true,
    memory: new ForgetfulMemory(),
  });
  assert(source.calls.pages <= 510, String(source.calls.pages));
  source.calls.pages = 0;
  await listPaged(source, { prefix: "" }, { maxKeys: 1000, cursors: false });
  assert(source.calls.pages <= 510, String(source.calls.pages));
});

Deno.test("a listing after a key that nobody has seen begins near it", async () => {
  const flat = Array.from({ length: 10_000 }, (_, i) => `key-${String(i).padStart(5, "0")}`);
  const deep = flat.map((key) => key.replace(/(\d)(\d\d)(\d\d)/, "$1/$2/$3"));
  for (const paths of [flat, deep]) {
    // The last one is at the end of all that it shares a beginning with: the whole way, and a fifth more.
    for (
      const [index, most] of [[17, 3], [5_017, 10], [9_017, 14], [5_938, 16], [5_998, 370]] as const
    ) {
      const source = sourceOf(paths, "plain", 20);
      const after = paths[index] ?? "";
      const got: string[] = [];
      for await (const entry of listEntries(contextOf(source), { prefix: "", after })) {
        got.push(show(entry));
        if (got.length === 30) break;
      }
      assertEquals(got, paths.slice(index + 1, index + 31));
      assert(source.calls.pages <= most, `${after}: ${source.calls.pages} pages`);
    }
  }
});

Deno.test("where all keys begin alike, the way from the start is gone seven times at most", async () => {
  const beginning = "x".repeat(900);
  const paths = Array.from({ length: 200 }, (_, i) => `${beginning}${i + 1_000}`);
  const source = sourceOf([...paths, "xy", "y"], "plain", 20);
  const listing = listEntries(contextOf(source), { prefix: "", after: paths[195] ?? "" });
  assertEquals((await Array.fromAsync(listing)).map(show), [...paths.slice(196), "xy", "y"]);
  assert(source.calls.pages <= 10 + 7 * 11, String(source.calls.pages));
});

Deno.test("a directory is listed without its subtrees", async () => {
  const deep = Array.from({ length: 900 }, (_, i) => `d/sub${i % 3}/${i}`);
  const source = sourceOf([...deep, "d/file", "e"], "plain", 10);
  assertEquals(await listAll(source, { prefix: "d/", delimiter: "/" }), [
    "d/file",
    "[d/sub0/]",
    "[d/sub1/]",
    "[d/sub2/]",
  ]);
  assertEquals(source.calls.pages, 1);
});

Deno.test("a listing of everything stops at the gateway's own files", async () => {
  const own = Array.from({ length: 5000 }, (_, i) => `~hugbucket/meta/${i}`);
  const source = sourceOf([...own, "a", "~~", "é/1", "é/2"], "plain", 10);
  assertEquals(await listAll(source, { prefix: "" }), ["a", "~~", "é/1", "é/2"]);
  assert(source.calls.pages < 6, String(source.calls.pages));
});

Deno.test("markers are asked for once a page, and only where one could be hidden", async () => {
  const source = sourceOf(["a/!", "b/!", "c/.git", "d/x", "e/.hugbucket_keep"], "plain", 10);
  source.paths.add("b/.hugbucket_keep");
  assertEquals(await listAll(source, { prefix: "" }), [
    "a/!",
    "b/",
    "b/!",
    "c/.git",
    "d/x",
    "e/",
  ]);
  assertEquals(source.calls, { pages: 1, files: 1 });
});

Deno.test("supplementary characters sort after U+FFFF, as their bytes do", async () => {
  const source = sourceOf(["\u{1F600}", "\uff5e", "z"], "plain", 1);
  assertEquals(await listAll(source, { prefix: "" }), ["z", "\uff5e", "\u{1F600}"]);
});

Deno.test("a cursor that is not ours is ignored", async () => {
  const source = sourceOf(["a", "b", "c", "d"], "plain", 1);
  const hostile = ["", "x", "[]", "{}", "null", '["b","",null,{"kind":"flat"}]', "[".repeat(9999)];
  const flat = '{"kind":"flat","cursor":"e0:c"}';
  hostile.push(`["other","",null,${flat}]`, `["b","c",null,${flat}]`, `["b","","/",${flat}]`);
  hostile.push('["b","","/",{"kind":"level","place":["e0:c",""]}]');
  hostile.push('["b","",null,{"kind":"level","place":["e0:c",""]}]');
  hostile.push('["b","",null,{"kind":"flat","cursor":3}]');
  for (const cursor of hostile) {
    const entries = listEntries(contextOf(source), { prefix: "", after: "a", cursor });
    assertEquals((await Array.fromAsync(entries)).map(show), ["b", "c", "d"], cursor);
  }
});

Deno.test("a cursor that the Hub refuses costs the way from the start, no more", async () => {
  const source = sourceOf(["a", "b", "c", "d"], "plain", 1);
  const context = contextOf(source);
  const all = await Array.fromAsync(listEntries(context, { prefix: "" }));
  source.epoch = "e1";
  const cursor = all[1]?.cursor;
  assert(cursor !== undefined);
  for (const memory of [context.memory, new ForgetfulMemory()]) {
    const again = listEntries({ ...context, memory }, { prefix: "", after: "b", cursor });
    assertEquals((await Array.fromAsync(again)).map(show), ["c", "d"]);
  }
});

Deno.test("a marker that its order had excluded makes the listing be sorted", async () => {
  const source = sourceOf(["d/b/x", "d/.hugbucket_keep", "d/!"], "reverse", 1);
  const query = { prefix: "d/", delimiter: "/" };
  assertEquals(await listAll(source, query), ["d/", "d/!", "[d/b/]"]);
});

Deno.test("a bucket out of order beyond the limit fails and says why", async () => {
  const paths = Array.from({ length: 30 }, (_, i) => `k${i + 10}`);
  const source = sourceOf(paths, "reverse", 10);
  await assertRejects(
    () => Array.fromAsync(listEntries({ ...contextOf(source), sortLimit: 20 }, { prefix: "" })),
    StoreError,
    "more than 20 entries",
  );
});

Deno.test("a Hub that leads in a circle does not hold a listing for ever", async () => {
  const source = sourceOf(["a"], "plain", 1);
  const circle = {
    page: () => Promise.resolve({ lines: [], next: "again" }),
    files: (paths: readonly string[]) => source.files(paths),
  };
  await assertRejects(
    () => Array.fromAsync(listEntries({ ...contextOf(source), source: circle }, { prefix: "" })),
    StoreError,
    "does not end",
  );
});

Deno.test("entries carry size, hash, time and the type of a marker", async () => {
  const source = sourceOf(["d/.hugbucket_keep", "f"], "plain", 1);
  const [marker, file] = await Array.fromAsync(listEntries(contextOf(source), { prefix: "" }));
  assert(marker?.kind === "object" && file?.kind === "object");
  assertEquals(marker.object.key, "d/");
  assertEquals(marker.object.attributes, { contentType: "application/x-directory" });
  assertEquals(file.object, {
    key: "f",
    content: { hash: "a".repeat(63) + "1", size: 1 },
    etag: "a".repeat(32) + "-1",
    lastModified: new Date(1_700_000_000_001),
    attributes: {},
  });
});
