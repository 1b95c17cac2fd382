import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import denoJson from "../../deno.json" with { type: "json" };
import { surprisesIn } from "../../tools/bundle_contents.ts";
import { executableContents } from "../../tools/executable_contents.ts";

async function deno(...args: readonly string[]): Promise<{ code: number; text: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return { code, text: decoder.decode(stdout) + decoder.decode(stderr) };
}

Deno.test("the bundle holds the program, its packages and their licences, and nothing of the machine", async () => {
  const directory = await Deno.makeTempDir();
  const file = `${directory}/hugbucket.js`;
  const { code, text: said } = await deno("run", "-A", "tools/bundle.ts", file);
  assertEquals(code, 0, said);
  const text = await Deno.readTextFile(file);
  assertEquals(surprisesIn(text), []);
  assertStringIncludes(text, `// HugBucket ${denoJson.version}`);
  assertMatch(text, /^ \* valibot@[\d.]+ \(MIT\)/m);
  assertStringIncludes(text, "Permission is hereby granted");
  const { text: where } = await deno("info", "--json");
  const { denoDir }: { denoDir: string } = JSON.parse(where);
  assert(!text.includes(denoDir) && !text.includes(Deno.cwd()), "it names paths of this machine");
  await Deno.remove(directory, { recursive: true });
});

Deno.test("an executable holds the bundle, byte for byte, with the permissions that it needs", async () => {
  const { code, text } = await deno("run", "-A", "tools/compile.ts", "--list");
  assertEquals(code, 0, text);
  assertMatch(text, /files: \[ "hugbucket\.js" \]/);
  const wrong = await deno("run", "-A", "tools/compile.ts", "--target", "vax");
  assertEquals(wrong.code, 1);
  assertStringIncludes(wrong.text, "x86_64-pc-windows-msvc");
});

Deno.test("executableContents() refuses what is none", () => {
  assertThrows(() => executableContents(new Uint8Array(100)), Error, "has not made this");
});
