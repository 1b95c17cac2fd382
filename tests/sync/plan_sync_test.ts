import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { planSync, type PlanSyncOptions, type SyncPlan } from "../../lib/sync/mod.ts";
import { HubError } from "../../lib/buckets/mod.ts";
import { BUCKET, putTree, type SyncTest, THEN, withSync, writeTree } from "./sync_under_test.ts";

/** What a plan does, a line for each path. */
function lines(plan: SyncPlan): readonly string[] {
  return plan.operations.map(({ action, path, reason, refused }) =>
    `${refused ? "refused" : action} ${path}: ${reason}`
  );
}

/** Plans with local files of one time and remote ones of another, an upload and a download. */
async function both(
  { client, directory }: SyncTest,
  options: PlanSyncOptions,
): Promise<readonly [readonly string[], readonly string[]]> {
  return [
    lines(await planSync(client, directory, BUCKET, options)),
    lines(await planSync(client, BUCKET, directory, options)),
  ];
}

Deno.test("planSync() sends new files, those of other size, and newer ones by more than a second", async () => {
  await withSync(async (parts) => {
    const { client, directory } = parts;
    await writeTree(directory, { new: "1", same: "22", size: "333" });
    await writeTree(directory, { newer: "4" }, THEN + 1001);
    await writeTree(directory, { hardly: "5" }, THEN + 1000);
    await putTree(client, { same: "21", size: "33", newer: "1", hardly: "1", other: "1" });
    const [up, down] = await both(parts, {});
    assertEquals(up, [
      "skip hardly: same size and time",
      "upload new: new file",
      "upload newer: local newer",
      "skip same: same size and time",
      "upload size: size differs",
    ]);
    assertEquals(down, [
      "skip hardly: same size and time",
      "skip newer: same size and time",
      "download other: new file",
      "skip same: same size and time",
      "download size: size differs",
    ]);
  });
});

Deno.test("planSync() can look at sizes, times or content alone", async () => {
  await withSync(async (parts) => {
    await writeTree(parts.directory, { equal: "1", content: "2", size: "33" }, THEN + 5000);
    await putTree(parts.client, { equal: "1", content: "1", size: "3" });
    assertEquals(await both(parts, { ignoreTimes: true }), [
      ["skip content: same size", "skip equal: same size", "upload size: size differs"],
      ["skip content: same size", "skip equal: same size", "download size: size differs"],
    ]);
    assertEquals(await both(parts, { ignoreSizes: true }), [
      ["upload content: local newer", "upload equal: local newer", "upload size: local newer"],
      ["skip content: local newer", "skip equal: local newer", "skip size: local newer"],
    ]);
    assertEquals(await both(parts, { checksum: true }), [
      ["upload content: content differs", "skip equal: same content", "upload size: size differs"],
      [
        "download content: content differs",
        "skip equal: same content",
        "download size: size differs",
      ],
    ]);
  });
});

Deno.test("planSync() keeps to existing files, to new ones, and to those of a filter", async () => {
  await withSync(async (parts) => {
    await writeTree(parts.directory, { "new.txt": "1", "d/both.txt": "22", "d/x.bin": "1" });
    await putTree(parts.client, { "d/both.txt": "2", "gone.txt": "1", "d/y.bin": "1" });
    assertEquals((await both(parts, { existing: true, include: ["*.txt"] }))[0], [
      "upload d/both.txt: size differs",
      "skip new.txt: not at the destination",
    ]);
    assertEquals((await both(parts, { ignoreExisting: true, exclude: ["*.bin"] }))[0], [
      "skip d/both.txt: exists at the destination",
      "upload new.txt: new file",
    ]);
    assertEquals(await both(parts, { delete: true, exclude: ["*.bin"] }), [
      [
        "upload d/both.txt: size differs",
        "delete gone.txt: not in the source",
        "upload new.txt: new file",
      ],
      [
        "download d/both.txt: size differs",
        "download gone.txt: new file",
        "delete new.txt: not in the source",
      ],
    ]);
  });
});

Deno.test("planSync() is about what is below a prefix, not about names that begin with it", async () => {
  await withSync(async ({ client, directory }) => {
    await putTree(client, { "logs/a": "1", "logs.json": "1", "logs_old/b": "1", "logs/c/d": "1" });
    const plan = await planSync(client, `${BUCKET}/logs`, directory);
    assertEquals(lines(plan), ["download a: new file", "download c/d: new file"]);
    const one = await planSync(client, `${BUCKET}/logs/c/d`, directory);
    assertEquals(lines(one), ["download d: new file"]);
  });
});

Deno.test("planSync() refuses, by path, what the other side cannot hold", async () => {
  await withSync(async ({ client, directory }) => {
    await writeTree(directory, { "ok": "1", "back\\slash": "1", "dots..": "1", "up../x": "1" });
    assertEquals(lines(await planSync(client, directory, BUCKET)), [
      "refused back\\slash: the Hub allows no '\\' in a path",
      "refused dots..: the Hub allows no '..' at the end of a path",
      "upload ok: new file",
      "refused up../x: the Hub allows no '../' in a path",
    ]);
    await putTree(client, { "a": "1", "a/b": "1", "a/b/c": "1", "ok/in": "1" });
    assertEquals(lines(await planSync(client, BUCKET, directory)), [
      "download a: new file",
      "refused a/b: the source has a file a too",
      "refused a/b/c: the source has a file a too",
      "refused ok/in: ok is a file",
    ]);
  });
});

Deno.test("planSync() follows links to files, not to directories, and deletes nothing for what it cannot read", async () => {
  await withSync(async ({ client, directory }) => {
    await writeTree(directory, { "real/file": "1", "x": "1" });
    await Deno.symlink("real/file", join(directory, "link"));
    await Deno.symlink("real", join(directory, "folder"));
    await Deno.symlink("nowhere", join(directory, "broken"));
    await putTree(client, { "folder/file": "1", "broken": "2", "gone": "3" });
    assertEquals(lines(await planSync(client, directory, BUCKET, { delete: true })), [
      "refused broken: it is a link that leads nowhere",
      "skip folder: it is a link to a directory, not followed",
      "delete gone: not in the source",
      "upload link: new file",
      "upload real/file: new file",
      "upload x: new file",
    ]);
    await putTree(client, { "folder": "4" });
    assertEquals(
      lines(await planSync(client, BUCKET, directory, { include: ["folder*", "broken"] })),
      [
        "download broken: new file",
        "refused folder: it is a link to a directory, not followed",
        "refused folder/file: the source has a file folder too",
      ],
    );
    assertEquals(lines(await planSync(client, BUCKET, directory, { include: ["folder/*"] })), [
      "refused folder/file: folder: it is a link to a directory, not followed",
    ]);
  });
});

Deno.test("planSync() leaves alone what the gateway keeps in a bucket", async () => {
  await withSync(async ({ client, directory }) => {
    await putTree(client, { "~hugbucket/meta/a": "{}", "a": "1" });
    assertEquals(lines(await planSync(client, BUCKET, directory)), ["download a: new file"]);
    assertEquals(lines(await planSync(client, directory, BUCKET, { delete: true })), [
      "delete a: not in the source",
    ]);
  });
});

Deno.test("planSync() takes a bucket that is not there for an empty destination, and for no source", async () => {
  await withSync(async ({ client, directory }) => {
    await writeTree(directory, { a: "1" });
    const none = "hf://buckets/local/none";
    for (const deletes of [false, true]) {
      const plan = await planSync(client, directory, none, { delete: deletes });
      assertEquals(lines(plan), ["upload a: new file"]);
    }
    await assertRejects(() => planSync(client, none, directory), HubError);
    assertEquals(lines(await planSync(client, BUCKET, join(directory, "none"))), []);
  });
});

Deno.test("planSync() refuses places and options that do not go together", async () => {
  await withSync(async ({ client, directory }) => {
    const wrong: [string, string, PlanSyncOptions?][] = [
      [directory, directory],
      [join(directory, "none"), BUCKET],
      ["hf://datasets/a/b", directory],
      [BUCKET, BUCKET],
      [`${BUCKET}/a`, `${BUCKET}/a/b`],
      [directory, BUCKET, { ignoreSizes: true, ignoreTimes: true }],
      [directory, BUCKET, { checksum: true, ignoreTimes: true }],
      [directory, BUCKET, { existing: true, ignoreExisting: true }],
    ];
    for (const [from, to, options] of wrong) {
      await assertRejects(() => planSync(client, from, to, options), TypeError, "", from);
    }
    await writeTree(directory, { file: "1" });
    await assertRejects(() => planSync(client, BUCKET, join(directory, "file")), TypeError);
  });
});
