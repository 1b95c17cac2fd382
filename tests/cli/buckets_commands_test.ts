import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { withCli } from "./cli_under_test.ts";

Deno.test("buckets create, info, list, move and delete do what they say, in words and in JSON", async () => {
  await withCli(async ({ client, run }) => {
    assertEquals(await run(["buckets", "create", "new", "--private"]), {
      code: 0,
      stdout: "Created: hf://buckets/local/new\n",
      stderr: "",
    });
    const again = await run(["buckets", "create", "local/new"]);
    assertEquals([again.code, again.stdout], [1, ""]);
    assertStringIncludes(again.stderr, "409");
    const there = await run([
      "buckets",
      "create",
      "hf://buckets/local/new",
      "--exist-ok",
      "--json",
    ]);
    assertEquals([there.code, JSON.parse(there.stdout).created], [0, false]);

    await client.uploadFile("local/new", new TextEncoder().encode("12345"), "a");
    const info = await run(["buckets", "info", "new"]);
    assertMatch(
      info.stdout,
      /^id +local\/new\nvisibility +private\nfiles +1\nsize +5 B\ncreated +20/,
    );
    const described = JSON.parse((await run(["buckets", "info", "new", "--json"])).stdout);
    assertEquals([described.id, described.size, described.private], ["local/new", 5, true]);

    const list = await run(["buckets", "list"]);
    assertMatch(list.stdout, /1 file +private +local\/new\n.*local\/one\n.*local\/two\n/);
    const found = JSON.parse(
      (await run(["buckets", "list", "local", "--search", "tw", "--json"])).stdout,
    );
    assertEquals(found.map(({ id }: { id: string }) => id), ["local/two"]);

    const open = await run(["buckets", "settings", "new", "--public"]);
    assertEquals([open.code, open.stdout], [0, "new is public\n"]);
    assertEquals((await client.info("local/new")).private, false);
    assertEquals((await run(["buckets", "settings", "new", "--private"])).code, 0);
    assertEquals((await client.info("local/new")).private, true);
    assertEquals((await run(["buckets", "settings", "new"])).code, 2);
    assertEquals((await run(["buckets", "settings", "new", "--private", "--public"])).code, 2);
    assertEquals((await run(["buckets", "create", "eu", "--region", "eu"])).code, 0);
    assertEquals((await run(["buckets", "delete", "eu", "--yes"])).code, 0);
    assertEquals((await run(["buckets", "create", "mars", "--region", "mars"])).code, 2);

    assertEquals((await run(["buckets", "move", "new", "moved"])).code, 0);
    assertEquals((await run(["buckets", "info", "moved"])).code, 0);
    const unasked = await run(["buckets", "delete", "moved"]);
    assertEquals(unasked.code, 2);
    assertStringIncludes(unasked.stderr, "--yes");
    assertEquals((await run(["buckets", "delete", "moved", "--yes"])).stdout, "Deleted: moved\n");
    assertEquals((await run(["buckets", "delete", "moved", "--yes"])).code, 1);
    assertEquals((await run(["buckets", "delete", "moved", "--yes", "--missing-ok"])).code, 0);
  });
});
