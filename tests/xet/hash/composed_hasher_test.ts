import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ComposedHasher, fileHash, printHash, Subtree } from "../../../lib/xet/hash/mod.ts";
import { vectorChunks } from "../../support/vector_chunks.ts";

Deno.test("A file that is known by chunks and by summaries has the hash that its chunks give", () => {
  const all = vectorChunks(3, 3000);
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(900), fc.boolean()), { maxLength: 8 }),
      fc.integer({ min: 1, max: 600 }),
      (ranges, last) => {
        const hasher = new ComposedHasher();
        let at = 0;
        const add = (end: number) => {
          for (; at < end; at++) hasher.add(all.hash(at), all.size(at));
        };
        for (const [length, summarized] of ranges) {
          const end = Math.min(at + length, all.count - 1);
          if (summarized && end > at) {
            const range = Subtree.fromChunks(all.slice(at, end), { atStart: false, atEnd: false });
            hasher.append(Subtree.fromJSON(JSON.parse(JSON.stringify(range))));
            at = end;
          } else {
            add(end);
          }
        }
        add(Math.min(at + last, all.count));
        assertEquals(printHash(hasher.digest()), printHash(fileHash(all.slice(0, at))));
      },
    ),
    { numRuns: 300 },
  );
});

Deno.test("A composed file of nothing has the hash of nothing, and none ends with a summary", () => {
  assertEquals(new ComposedHasher().digest(), new Uint8Array(32));
  const hasher = new ComposedHasher();
  hasher.append(Subtree.fromChunks(vectorChunks(4, 50), { atStart: false, atEnd: false }));
  assertThrows(() => hasher.digest(), TypeError);
});

Deno.test("Summaries can begin and end a composed file", () => {
  const all = vectorChunks(5, 2000);
  const hasher = new ComposedHasher();
  hasher.append(Subtree.fromChunks(all.slice(0, 900), { atStart: true, atEnd: false }));
  for (let i = 900; i < 910; i++) hasher.add(all.hash(i), all.size(i));
  hasher.append(Subtree.fromChunks(all.slice(910), { atStart: false, atEnd: true }));
  assertEquals(printHash(hasher.digest()), printHash(fileHash(all)));
});
