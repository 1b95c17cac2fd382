import { assert, assertEquals } from "@std/assert";

const ROOT = new URL("../../lib/embedded_hub/", import.meta.url);

/** What the client and the embedded hub may share: hashes, and nothing that reads or checks. */
const SHARED = new Map([
  ["hash/hash.ts", ["equalHashes", "hashModulo", "parseHash", "printHash"]],
  ["hash/tree.ts", ["chunkHash", "FileHasher", "hmacHash", "TreeHasher", "verificationHash"]],
  ["hash/mod.ts", ["ChunkList", "dirtyWindows", "printHash", "Subtree"]],
  ["engine/mod.ts", ["crc64nvme"]],
]);

async function* sources(folder: URL): AsyncGenerator<readonly [name: string, text: string]> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) yield* sources(new URL(`${name}/`, folder));
    else yield [name, await Deno.readTextFile(new URL(name, folder))];
  }
}

Deno.test("the embedded hub shares no reader and no check with the client", async () => {
  let imports = 0;
  for await (const [name, text] of sources(ROOT)) {
    assert(!/import\(/.test(text), `${name} imports at run time`);
    for (const [, names = "", from = ""] of text.matchAll(/import ([^;]*?) from "([^"]+)"/g)) {
      const place = /(?:^|\/)(xet|hub|buckets|store)\/(.*)$/.exec(from);
      if (place === null || !from.startsWith("../../")) continue;
      imports++;
      assertEquals(place[1], "xet", `${name} imports ${from}`);
      const allowed = SHARED.get(place[2] ?? "");
      for (const word of names.replace(/\btype\b/g, "").match(/\w+/g) ?? []) {
        assert(allowed?.includes(word), `${name} imports ${word} from ${from}`);
      }
    }
  }
  assert(imports > 5, "the imports were found");
});
