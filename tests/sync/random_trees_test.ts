import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { dirname, join } from "node:path";
import { sync } from "../../lib/sync/mod.ts";
import {
  BUCKET,
  bucketTree,
  putTree,
  readTree,
  type SyncTest,
  THEN,
  type Tree,
  withSync,
  writeTree,
} from "./sync_under_test.ts";

/** Parts of paths; few, so that trees meet, with names that are easily taken for something else. */
const part = fc.constantFrom("a", "b", "ü", "a b", "%2F", "#", "🎉", ".x", "[1]");
const path = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/"));
const file = fc.record({
  text: fc.constantFrom("", "1", "2", "33"),
  age: fc.integer({ min: 0, max: 3 }),
});
type Files = Readonly<Record<string, { readonly text: string; readonly age: number }>>;
const files: fc.Arbitrary<Files> = fc.dictionary(path, file, { maxKeys: 8, noNullPrototype: true })
  .map(withoutFolders);

/** A directory cannot hold a file and others below it. */
function withoutFolders(tree: Files): Files {
  const paths = Object.keys(tree);
  return Object.fromEntries(
    Object.entries(tree).filter(([path]) => !paths.some((other) => other.startsWith(`${path}/`))),
  );
}

const mtimeOf = (age: number) => THEN - age * 3_600_000;
const texts = (tree: Files): Tree =>
  Object.fromEntries(Object.entries(tree).map(([path, { text }]) => [path, text]));

async function fill({ client, directory }: SyncTest, local: Files, remote: Files): Promise<void> {
  await Deno.remove(directory, { recursive: true });
  await Deno.mkdir(directory);
  for (const [path, { text, age }] of Object.entries(local)) {
    await writeTree(directory, { [path]: text }, mtimeOf(age));
  }
  const old = Object.keys(await bucketTree(client));
  await client.commit("local/data", old.map((path) => ({ type: "deleteFile" as const, path })));
  for (const [path, { text, age }] of Object.entries(remote)) {
    await putTree(client, { [path]: text }, { mtime: mtimeOf(age) });
  }
}

/** What a sync without options makes of a destination, by the rules of the documentation. */
function merged(source: Files, destination: Files): Tree {
  const result: Record<string, string> = texts(destination);
  for (const [path, { text, age }] of Object.entries(source)) {
    const there = destination[path];
    if (there === undefined || there.text.length !== text.length || age < there.age) {
      result[path] = text;
    }
  }
  return result;
}

Deno.test("sync() by content with delete makes any destination equal to any source, both ways", async () => {
  await withSync(async (parts) => {
    const { client, directory } = parts;
    await fc.assert(
      fc.asyncProperty(files, files, fc.boolean(), async (here, there, up) => {
        await fill(parts, here, there);
        const [source, destination] = up ? [directory, BUCKET] : [BUCKET, directory];
        const result = await sync(client, source, destination, { delete: true, checksum: true });
        assertEquals(result.failed, []);
        const wanted = texts(up ? here : there);
        assertEquals(await readTree(directory), wanted);
        assertEquals(await bucketTree(client), wanted);
        const again = await sync(client, source, destination, { delete: true, checksum: true });
        assertEquals([again.uploaded, again.downloaded, again.deleted], [0, 0, 0]);
      }),
      { numRuns: 60 },
    );
  });
});

Deno.test("sync() by size and time sends just what is new, of other size or newer, and settles", async () => {
  await withSync(async (parts) => {
    const { client, directory } = parts;
    await fc.assert(
      fc.asyncProperty(files, files, fc.boolean(), async (here, there, up) => {
        const all = { ...there, ...here };
        // Files in the place of directories have tests of their own.
        fc.pre(Object.keys(withoutFolders(all)).length === Object.keys(all).length);
        await fill(parts, here, there);
        const [source, destination] = up ? [directory, BUCKET] : [BUCKET, directory];
        const result = await sync(client, source, destination);
        assertEquals(result.failed, []);
        const wanted = up ? merged(here, there) : merged(there, here);
        assertEquals(up ? await bucketTree(client) : await readTree(directory), wanted);
        assertEquals(
          up ? await readTree(directory) : await bucketTree(client),
          texts(up ? here : there),
        );
        const again = await sync(client, source, destination);
        assertEquals([again.uploaded, again.downloaded], [0, 0]);
      }),
      { numRuns: 60 },
    );
  });
});

Deno.test("sync() that is stopped anywhere leaves whole files only, and the next one ends the work", async () => {
  await withSync(async (parts) => {
    const { client, directory } = parts;
    const cases = fc.tuple(files, files, fc.boolean(), fc.nat({ max: 12 }));
    await fc.assert(
      fc.asyncProperty(cases, async ([here, there, up, steps]) => {
        await fill(parts, here, there);
        const [source, destination] = up ? [directory, BUCKET] : [BUCKET, directory];
        const stop = new AbortController();
        let left = steps;
        const options = { delete: true, checksum: true, signal: stop.signal };
        const step = () => left-- === 0 && stop.abort(new Error("stopped"));
        await sync(client, source, destination, { ...options, onProgress: step }).catch((error) => {
          if (!stop.signal.aborted) throw error;
        });
        const [old, wanted] = up ? [texts(there), texts(here)] : [texts(here), texts(there)];
        const now = up ? await bucketTree(client) : await readTree(directory);
        for (const [path, text] of Object.entries(now)) {
          assertEquals([old[path], wanted[path]].includes(text), true, `${dirname(path)} ${path}`);
        }
        await sync(client, source, destination, { delete: true, checksum: true });
        assertEquals(up ? await bucketTree(client) : await readTree(directory), wanted);
        assertEquals(
          (await Array.fromAsync(Deno.readDir(join(directory)))).some(({ name }) =>
            name.endsWith(".part")
          ),
          false,
        );
      }),
      { numRuns: 40 },
    );
  });
});
