import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { bucketTree, putTree, readTree, THEN, writeTree } from "../sync/sync_under_test.ts";
import { withCli } from "./cli_under_test.ts";

const TREE = { "a.txt": "1", "run/b.json": "22", "run/deep/c ü%#.json": "333", "empty": "" };

Deno.test("ls shows a level, all of them, a tree, one file, sizes for people, and JSON", async () => {
  await withCli(async ({ client, run }) => {
    await putTree(client, { ...TREE, big: "x".repeat(1_500) }, { id: "local/one" });
    const then = "2026-01-02 03:04:05";
    const file = (size: string, name: string) => `${size.padStart(12)}  ${then}  ${name}\n`;
    const level = (await run(["ls", "local/one"])).stdout;
    assertStringIncludes(level, file("1", "a.txt") + file("1500", "big") + file("0", "empty"));
    assert(level.endsWith("  run/\n"), level);
    assertEquals(
      (await run(["ls", "-R", "hf://buckets/local/one/run/", "-h"])).stdout,
      file("2 B", "run/b.json") + file("3 B", "run/deep/c ü%#.json"),
    );
    assertEquals((await run(["ls", "local/one/big", "-h"])).stdout, file("1.5 kB", "big"));
    assertEquals(
      (await run(["ls", "local/one/run", "--tree"])).stdout,
      `${file("2", "├── b.json")}${" ".repeat(35)}└── deep/\n${file("3", "    └── c ü%#.json")}`,
    );
    const json = JSON.parse((await run(["ls", "local/one", "--json"])).stdout);
    assertEquals(json.map(({ type, path }: Record<string, string>) => `${type} ${path}`), [
      "file a.txt",
      "file big",
      "file empty",
      "directory run",
    ]);
    assertEquals(json[0].mtime, new Date(THEN).toISOString());
    assertEquals((await run(["ls", "local/two", "--json"])).stdout, "[]\n");
    assertEquals((await run(["ls", "local/two"])).stdout, "");
    assertEquals((await run(["ls"])).stdout.split("\n").length, 3);
    const none = await run(["ls", "local/one/none"]);
    assertEquals([none.code, none.stdout], [1, ""]);
  });
});

Deno.test("cp uploads, downloads, streams, and takes directories and patterns", async () => {
  await withCli(async ({ client, directory, run }) => {
    const [from, to] = [join(directory, "from"), join(directory, "to")];
    await writeTree(from, TREE);
    const one = "hf://buckets/local/one";
    assertEquals(await run(["cp", join(from, "a.txt"), `${one}/`]), {
      code: 0,
      stdout: `Uploaded: ${one}/a.txt (1 B)\n`,
      stderr: "",
    });
    const typed = ["--content-type", "x/y", "--json"];
    const odd = await run(["cp", join(from, "run/deep/c ü%#.json"), `${one}/odd ü%#`, ...typed]);
    assertEquals(JSON.parse(odd.stdout).size, 3);
    assertEquals((await client.fileMetadata("local/one", "odd ü%#")).contentType, "x/y");
    assertEquals((await client.fileMetadata("local/one", "a.txt")).contentType, "text/plain");

    assertEquals((await run(["cp", "-", `${one}/in/stdin`], "bytes\0")).code, 0);
    assertEquals((await run(["cp", `${one}/in/stdin`, "-"])).stdout, "bytes\0");
    assertEquals((await run(["cp", `${one}/odd ü%#`, `${to}/new/`])).code, 0);
    assertEquals((await run(["cp", `${one}/a.txt`, join(to, "b")])).code, 0);
    assertEquals(await readTree(to), { "new/odd ü%#": "333", "b": "1" });

    const many = await run(["cp", "-r", from, `${one}/all`, "--exclude", "*.txt"]);
    assertEquals(many.stdout, "3 files uploaded (5 B)\n");
    assertEquals((await run(["cp", `${one}/all/*.json`, "hf://buckets/local/two/json"])).code, 0);
    assertEquals(await bucketTree(client, "local/two"), {
      "json/run/b.json": "22",
      "json/run/deep/c ü%#.json": "333",
    });
    assertEquals((await run(["cp", `${one}/a.txt`, "hf://buckets/local/two/copy"])).code, 0);
    assertEquals((await bucketTree(client, "local/two"))["copy"], "1");
    const back = await run(["cp", "-R", "hf://buckets/local/two", join(to, "two"), "--json"]);
    assertEquals(JSON.parse(back.stdout), {
      uploaded: 0,
      downloaded: 3,
      copied: 0,
      deleted: 0,
      bytes: 6,
      failed: [],
    });
    assertEquals(await readTree(join(to, "two")), await bucketTree(client, "local/two"));
  });
});

Deno.test("cp downloads single files of models, datasets and Spaces", async () => {
  await withCli(async ({ hub, directory, run }) => {
    const large = "x".repeat(100_000);
    const files = { "a/small.txt": "small", "a/large.txt": large, "empty": "" };
    await hub.seedRepo({ type: "dataset", id: "local/words", files, branch: "try/it" });
    await hub.seedRepo({ type: "model", id: "local/old", files, largeFiles: "lfs" });
    for (const repo of ["hf://datasets/local/words@try%2Fit", "hf://local/old"]) {
      assertEquals((await run(["cp", `${repo}/a/large.txt`, "-"])).stdout, large);
      assertEquals((await run(["cp", `${repo}/a/small.txt`, "-"])).stdout, "small");
      const to = join(directory, "new");
      assertEquals((await run(["cp", `${repo}/a/large.txt`, `${to}/`])).code, 0);
      const named = await run(["cp", `${repo}/empty`, join(to, "other"), "--json"]);
      assertEquals([named.code, JSON.parse(named.stdout).size], [0, 0]);
      assertEquals(await readTree(to), { "large.txt": large, "other": "" });
      await Deno.remove(to, { recursive: true });
      assertEquals((await run(["cp", `${repo}/none`, "-"])).code, 1);
      assertEquals((await run(["cp", `${repo}/a/`, directory])).code, 2);
      assertEquals((await run(["cp", repo, "."])).code, 2);
    }
    assertEquals((await run(["cp", "hf://datasets/local/none/x", "-"])).code, 1);
  });
});

Deno.test("cp says what cannot be copied", async () => {
  await withCli(async ({ directory, run }) => {
    const one = "hf://buckets/local/one";
    const usage = [
      [directory, `${one}/x`],
      ["-", one],
      ["a", "b"],
      ["a"],
      [one, directory],
      [`${one}/x`, "hf://datasets/a/b"],
      ["x", `${one}/x`, "--include", "*"],
      ["hf://bare", one],
    ];
    for (const args of usage) assertEquals((await run(["cp", ...args])).code, 2, args.join(" "));
    const failing = [[`${one}/none`, directory], [join(directory, "none"), one], [
      "hf://buckets/local/none/x",
      directory,
    ]];
    for (const args of failing) assertEquals((await run(["cp", ...args])).code, 1, args.join(" "));
    assertEquals((await run(["cp", `${one}/none`, join(directory, "made/none")])).code, 1);
    assertEquals([...Deno.readDirSync(directory)], []);
    const json = ["cp", "-R", directory, one, "--json"];
    await Deno.writeTextFile(join(directory, "a\\b"), "");
    assertEquals(JSON.parse((await run(json)).stdout).failed, [
      { path: "a\\b", error: "the Hub allows no '\\' in a path" },
    ]);
  });
});

Deno.test("sync shows, saves, applies and does, and tells by its exit code what failed", async () => {
  await withCli(async ({ client, directory, run }) => {
    const [here, file] = [join(directory, "here"), join(directory, "plan.jsonl")];
    const one = "hf://buckets/local/one";
    await writeTree(here, { ...TREE, "x.tmp": "1" });
    await putTree(client, { gone: "1", "a.txt": "1" }, { id: "local/one" });
    const options = ["--delete", "--exclude", "*.tmp"];
    const dry = await run(["sync", here, one, ...options, "--dry-run"]);
    assertEquals(
      dry.stdout,
      [
        "upload empty (new file, 0 B)",
        "delete gone (not in the source, 1 B)",
        "upload run/b.json (new file, 2 B)",
        "upload run/deep/c ü%#.json (new file, 3 B)",
        "3 to upload, 1 to delete, 1 to leave as they are; 5 B to send\n",
      ].join("\n"),
    );
    const jsonl = await run(["sync", here, one, ...options, "--dry-run", "--json"]);
    assertEquals(JSON.parse(jsonl.stdout.split("\n")[0] ?? "").summary, {
      uploads: 3,
      downloads: 0,
      deletes: 1,
      skips: 1,
      total_size: 5,
    });
    assertEquals((await run(["sync", here, one, ...options, "--plan", file])).code, 0);
    assertEquals(Object.keys(await bucketTree(client, "local/one")), ["a.txt", "gone"]);
    assertEquals(
      (await run(["sync", "--apply", file, "--json"])).stdout,
      `${
        JSON.stringify(
          { uploaded: 3, downloaded: 0, copied: 0, deleted: 1, bytes: 5, failed: [] },
          null,
          2,
        )
      }\n`,
    );
    assertEquals(await bucketTree(client, "local/one"), TREE);
    assertEquals((await run(["sync", here, one, ...options])).stdout, "Nothing to do\n");
    assertEquals(
      (await run(["sync", one, join(directory, "there")])).stdout,
      "4 files downloaded (6 B)\n",
    );
    assertEquals((await run(["sync", one, "hf://buckets/local/two", "-q"])).stdout, "");
    assertEquals(await bucketTree(client, "local/two"), TREE);

    await writeTree(here, { "back\\slash": "1" });
    await Deno.writeTextFile(file, "- *.tmp\n");
    const failed = await run(["sync", here, one, "--filter-from", file]);
    assertEquals([failed.code, failed.stdout], [1, "1 file failed (0 B)\n"]);
    assertStringIncludes(failed.stderr, "back\\slash: the Hub allows no");
    const wrong = [
      [here],
      [here, one, "--dry-run", "--plan", file],
      [here, "--apply", file],
      ["--apply", file, "--delete"],
      [here, here],
      [here, one, "--checksum", "--ignore-times"],
    ];
    for (const args of wrong) assertEquals((await run(["sync", ...args])).code, 2, args.join(" "));
    assertEquals((await run(["sync", "--apply", file])).code, 1);
  });
});

Deno.test("rm deletes a file, or after being told so what is below a path", async () => {
  await withCli(async ({ client, run }) => {
    await putTree(client, TREE, { id: "local/one" });
    assertEquals((await run(["rm", "local/one/a.txt"])).stdout, "Deleted 1 file of local/one\n");
    assertEquals((await run(["rm", "hf://buckets/local/one/a.txt"])).code, 1);
    for (
      const args of [["local/one"], ["local/one/run", "--include", "*"], ["-R", "local/one/run"]]
    ) {
      assertEquals((await run(["rm", ...args])).code, 2, args.join(" "));
    }
    assertEquals((await run(["rm", "local/one/run"])).code, 2);
    const dry = await run(["rm", "-r", "local/one", "--include", "*.json", "--dry-run"]);
    assertEquals(
      dry.stdout,
      "delete run/b.json\ndelete run/deep/c ü%#.json\nWould delete 2 files, 5 B\n",
    );
    const json = await run([
      "rm",
      "-Ry",
      "local/one",
      "--include",
      "run/*",
      "--exclude",
      "*c*",
      "--json",
    ]);
    assertEquals(JSON.parse(json.stdout), {
      dryRun: false,
      deleted: ["run/b.json"],
      size: 2,
      failed: [],
    });
    assertEquals(Object.keys(await bucketTree(client, "local/one")), [
      "empty",
      "run/deep/c ü%#.json",
    ]);
  });
});
