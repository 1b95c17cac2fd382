import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { openBucketTable } from "../../../lib/embedded_hub/hub/bucket_table.ts";
import {
  type FileTable,
  openFileTable,
  type ScanStart,
} from "../../../lib/embedded_hub/hub/file_table.ts";
import { HUB_MIGRATIONS } from "../../../lib/embedded_hub/hub/schema.ts";
import { readTreePage } from "../../../lib/embedded_hub/hub/tree_page.ts";
import { migrate, openDatabase } from "../../../lib/embedded_hub/storage/database.ts";

/** Runs work on a table that holds these paths, between the files of two other buckets. */
function withFiles<T>(
  paths: readonly string[],
  work: (files: FileTable, bucket: number) => T,
): T {
  const database = openDatabase(":memory:");
  try {
    migrate(database, "hub", HUB_MIGRATIONS);
    const buckets = openBucketTable(database);
    const files = openFileTable(database);
    const made = ["x", "y", "z"].map((name) =>
      buckets.create({
        hubId: name,
        namespace: "ns",
        name,
        private: false,
        region: "us",
        createdAt: 0,
      })
    );
    const [before, bucket, behind] = made.map(({ id }) => id);
    if (before === undefined || bucket === undefined || behind === undefined) throw new Error();
    const file = { xetHash: "0".repeat(64), size: 0, uploadedAt: 1, mtime: undefined };
    for (const id of [before, behind]) {
      files.put(id, { ...file, path: "a/other", contentType: undefined });
    }
    for (const path of paths) files.put(bucket, { ...file, path, contentType: undefined });
    return work(files, bucket);
  } finally {
    database.close();
  }
}

/** All entries as text, page by page; a directory ends with a slash. */
function listed(
  files: FileTable,
  bucket: number,
  prefix: string,
  recursive: boolean,
  limit: number,
): readonly string[] {
  const found: string[] = [];
  let start: ScanStart | undefined;
  do {
    const page = readTreePage(files, { bucket, prefix, recursive, start, limit });
    if (page.next !== undefined) assertEquals(page.entries.length, limit);
    for (const entry of page.entries) {
      found.push(entry.kind === "file" ? entry.file.path : `${entry.path}/`);
    }
    start = page.next;
  } while (start !== undefined);
  return found;
}

const encoder = new TextEncoder();

function byBytes(a: string, b: string): number {
  const hex = (text: string) => encoder.encode(text).toHex();
  return hex(a) < hex(b) ? -1 : hex(a) > hex(b) ? 1 : 0;
}

/** The same by plain means: all paths sorted, those of the prefix kept, cut at the first slash. */
function model(paths: readonly string[], prefix: string, recursive: boolean): readonly string[] {
  const kept = [...new Set(paths)].sort(byBytes).filter((path) => path.startsWith(prefix));
  if (recursive) return kept;
  const shown = kept.map((path) => {
    const inside = prefix !== "" && path.charAt(prefix.length) === "/" ? 1 : 0;
    const slash = path.indexOf("/", prefix.length + inside);
    return slash === -1 ? path : path.slice(0, slash + 1);
  });
  return [...new Set(shown)];
}

Deno.test("a prefix without a slash selects the children of a directory and its textual siblings", () => {
  const paths = ["dir.json", "dir/x", "dir/sub/y", "dir_backup/z", "dir", "other"];
  withFiles(paths, (files, bucket) => {
    const level = (prefix: string) => listed(files, bucket, prefix, false, 10);
    assertEquals(level("dir"), ["dir", "dir.json", "dir/sub/", "dir/x", "dir_backup/"]);
    assertEquals(level("dir/"), ["dir/sub/", "dir/x"]);
    assertEquals(level("di"), ["dir", "dir.json", "dir/", "dir_backup/"]);
    assertEquals(level(""), ["dir", "dir.json", "dir/", "dir_backup/", "other"]);
    assertEquals(level("nowhere"), []);
  });
});

Deno.test("files come in the order of their UTF-8 bytes, which is not that of UTF-16", () => {
  const paths = ["\u{1f917}", "\uffee", "z", "é", "a"];
  withFiles(paths, (files, bucket) => {
    assertEquals(listed(files, bucket, "", true, 2), ["a", "z", "é", "\uffee", "\u{1f917}"]);
  });
});

Deno.test("a directory of more files than are read at once is one entry", () => {
  const paths = Array.from({ length: 600 }, (_, index) => `d/${String(index).padStart(4, "0")}`);
  withFiles([...paths, "a", "e", "d0"], (files, bucket) => {
    assertEquals(listed(files, bucket, "", false, 1), ["a", "d/", "d0", "e"]);
    assertEquals(listed(files, bucket, "", false, 100), ["a", "d/", "d0", "e"]);
    assertEquals(listed(files, bucket, "d/", true, 7), paths);
  });
});

Deno.test("pages of any size list what a plain sort lists", () => {
  const part = fc.string({
    unit: fc.constantFrom("a", "b", "/", ".", "0", "é", "\u{1f917}"),
    maxLength: 6,
  });
  fc.assert(
    fc.property(
      fc.array(part.filter((path) => path !== ""), { maxLength: 25 }),
      part,
      fc.boolean(),
      fc.integer({ min: 1, max: 8 }),
      (paths, prefix, recursive, limit) =>
        withFiles(paths, (files, bucket) => {
          const found = listed(files, bucket, prefix, recursive, limit);
          assertEquals(found, model(paths, prefix, recursive));
        }),
    ),
    { numRuns: 150 },
  );
});
