import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { randomBytes } from "../support/random_bytes.ts";
import { withCli } from "./cli_under_test.ts";

const COMMANDS = [
  [],
  ["serve"],
  ["hub"],
  ["health"],
  ["doctor"],
  ["buckets"],
  ["buckets", "create"],
  ["buckets", "info"],
  ["buckets", "list"],
  ["buckets", "delete"],
  ["buckets", "move"],
  ["ls"],
  ["cp"],
  ["sync"],
  ["rm"],
];

Deno.test("there is --help at every level, on standard output", async () => {
  await withCli(async ({ run }) => {
    for (const command of COMMANDS) {
      const { code, stdout, stderr } = await run([...command, "--help"]);
      assertEquals([code, stderr], [0, ""], command.join(" "));
      assertStringIncludes(stdout, `Usage: ${["hugbucket", ...command].join(" ")}`);
    }
  });
});

Deno.test("a command line that is not understood ends with 2 and says why", async () => {
  await withCli(async ({ run }) => {
    const wrong: [string[], string][] = [
      [["fly"], "Unknown command: fly"],
      [["--fly"], "--fly"],
      [["ls", "--fly"], "--fly"],
      [["buckets"], "Usage: hugbucket buckets"],
      [["buckets", "fly"], "fly"],
      [["cp"], "source"],
      [["rm", "a", "b"], "too many arguments"],
      [["hub", "x"], "too many arguments"],
      [["ls", "local/one", "--search", "x"], "--search"],
      [["ls", "--tree"], "--tree"],
      [["ls", "local/one", "--tree", "--json"], "--tree"],
      [["ls", "hf://datasets/a/b"], "hf://buckets/"],
      [["buckets", "info", "local/one/x"], "not a path in one"],
    ];
    for (const [args, part] of wrong) {
      const { code, stdout, stderr } = await run(args);
      assertEquals([code, stdout], [2, ""], args.join(" "));
      assertStringIncludes(stderr, part);
    }
  });
});

Deno.test("what the Hub refuses ends with 1, in the Hub's words and without the token", async () => {
  await withCli(async ({ start }) => {
    const child = start(["ls"], { HF_TOKEN: "hf_wrong" });
    const { code, stderr } = await child.output();
    const text = new TextDecoder().decode(stderr);
    assertEquals(code, 1);
    assertStringIncludes(text, "401");
    assertMatch(text, /request [0-9a-f-]+/);
    assert(!text.includes("hf_wrong"), text);
    const none = await start(["ls"], { HF_TOKEN: "" }).output();
    assertEquals(none.code, 1);
    assertStringIncludes(new TextDecoder().decode(none.stderr), "HF_TOKEN");
  });
});

Deno.test("SIGINT ends a command with 130, and what it was at is gone on with", async () => {
  await withCli(async ({ client, hub, directory, start, run }) => {
    const content = randomBytes(20_000_000, 1);
    await client.uploadFile("local/one", content, "big");
    hub.switches.latency.set("cas.data", 300);
    const place = join(directory, "big");
    const child = start(["cp", "hf://buckets/local/one/big", place]);
    while (await isEmpty(directory)) await pause();
    child.kill("SIGINT");
    const { code, stdout } = await child.output();
    assertEquals([code, stdout.length], [130, 0]);
    hub.switches.latency.clear();
    assertEquals((await run(["cp", "hf://buckets/local/one/big", place])).code, 0);
    assertEquals(await Deno.readFile(place), content);
    assertEquals((await Array.fromAsync(Deno.readDir(directory))).length, 1);
  });
});

Deno.test("a sync that is killed leaves whole files only, and the same command goes on", async () => {
  await withCli(async ({ client, hub, directory, start, run }) => {
    const content = randomBytes(20_000_000, 2);
    await client.batchFiles("local/one", {
      add: [{ source: content, path: "deep/big" }, { source: new Blob(["1"]), path: "small" }],
    });
    const place = join(directory, "there");
    await Deno.mkdir(join(place, "deep"), { recursive: true });
    await Deno.writeTextFile(join(place, "deep/big"), "old");
    hub.switches.latency.set("cas.data", 300);
    const child = start(["sync", "hf://buckets/local/one", place]);
    const folder = join(place, "deep");
    while ((await Array.fromAsync(Deno.readDir(folder))).length < 2) await pause();
    child.kill("SIGKILL");
    await child.output();
    assertEquals(await Deno.readTextFile(join(place, "deep/big")), "old");
    hub.switches.latency.clear();
    const { code } = await run(["sync", "hf://buckets/local/one", place]);
    assertEquals([code, (await Deno.readFile(join(place, "deep/big"))).length], [0, 20_000_000]);
    assertEquals(await Deno.readFile(join(place, "deep/big")), content);
    assertEquals((await Array.fromAsync(Deno.readDir(folder))).length, 1);
  });
});

const pause = () => new Promise((resolve) => setTimeout(resolve, 10));

async function isEmpty(directory: string): Promise<boolean> {
  return (await Array.fromAsync(Deno.readDir(directory))).length === 0;
}

Deno.test("a reader who has had enough ends a command without a word", async () => {
  await withCli(async ({ client, start }) => {
    await client.uploadFile("local/one", randomBytes(5_000_000, 1), "big");
    const child = start(["cp", "hf://buckets/local/one/big", "-"]);
    const reader = child.stdout.getReader();
    await reader.read();
    await reader.cancel();
    const stderr = await new Response(child.stderr).text();
    assertEquals([(await child.status).code, stderr], [141, ""]);
  });
});
