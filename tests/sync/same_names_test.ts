import { assertEquals } from "@std/assert";
import { openDestination, openSource } from "../../lib/sync/ends.ts";
import { LocalDirectory } from "../../lib/sync/local_directory.ts";
import { Planner } from "../../lib/sync/planner.ts";
import { parsePlace } from "../../lib/sync/place.ts";
import { sameNames } from "../../lib/sync/same_names.ts";
import type { PlanSyncOptions } from "../../lib/sync/sync_request.ts";
import { BUCKET, putTree, type SyncTest, withSync, writeTree } from "./sync_under_test.ts";

Deno.test("names that differ only in case or in the form of accents are the same to some disks", () => {
  const same = (...paths: string[]) => Object.fromEntries(sameNames(paths));
  assertEquals(same("a", "A", "b"), { a: "A" });
  assertEquals(same("\u00e9", "e\u0301"), { "\u00e9": "e\u0301" });
  assertEquals(same("d/x", "D/X", "D/y", "d/z"), { "d/x": "D/X" });
  assertEquals(same("A", "a/b", "a/c/d"), { "a/b": "A", "a/c/d": "A" });
  assertEquals(same("x/A/b", "X/a"), { "x/A/b": "X/a" });
  assertEquals(same("X/a/b", "x/A"), { "x/A": "X/a/b" });
  assertEquals(same("a", "a.b", "b/a", "ab"), {});
});

/** Plans a sync into the directory as if its disk took `A` for `a`. */
async function planFolded({ client, directory }: SyncTest, options: PlanSyncOptions = {}) {
  const destination = await openDestination(client, parsePlace(directory), options);
  const planner = new Planner({
    action: "download",
    options,
    source: await openSource(client, parsePlace(BUCKET), options),
    destination: { ...destination, foldsNames: () => Promise.resolve(true) },
    keepsHidden: false,
    hidesBelow: true,
  });
  const operations = await planner.plan();
  return Object.fromEntries(
    operations.map(({ path, action, refused }) => [path, refused ? "refused" : action]),
  );
}

Deno.test("on a disk that folds names one file of a name is written, and the others are refused", async () => {
  await withSync(async (test) => {
    await putTree(test.client, { "A.txt": "A", "a.txt": "a", "b": "b", "c/D": "D", "c/d/e": "e" });
    assertEquals(await planFolded(test), {
      "A.txt": "download",
      "a.txt": "refused",
      "b": "download",
      "c/D": "download",
      "c/d/e": "refused",
    });
  });
});

Deno.test("on a disk that folds names nothing is deleted that is a file of the source", async () => {
  await withSync(async (test) => {
    await putTree(test.client, { "README.md": "r", "Data/x": "x" });
    await writeTree(test.directory, { "readme.md": "r", "data/X": "x", "other": "o" });
    const plan = await planFolded(test, { delete: true });
    assertEquals(Object.entries(plan).filter(([, action]) => action === "delete"), [
      ["other", "delete"],
    ]);
  });
});

Deno.test("the disk is asked whether it folds names", async () => {
  await withSync(async ({ directory }) => {
    const folds = async () => await (await LocalDirectory.open(directory))?.foldsNames();
    await writeTree(directory, { "1": "", "file": "" });
    const isFolding = (await Deno.stat(`${directory}/FILE`).catch(() => undefined)) !== undefined;
    assertEquals(await folds(), isFolding);
    await Deno.link(`${directory}/file`, `${directory}/linked`);
    const local = await LocalDirectory.open(directory);
    assertEquals(await local?.isSameFile("file", "linked"), true);
    assertEquals(await local?.isSameFile("file", "1"), false);
    assertEquals(await local?.isSameFile("none", "1"), false);
  });
});
