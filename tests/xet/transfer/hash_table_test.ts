import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { HashTable } from "../../../lib/xet/transfer/hash_table.ts";

Deno.test("HashTable finds what a map of lists finds, however it grows and whatever collides", () => {
  const hash = fc.tuple(fc.nat(3), fc.nat(40)).map(([word, rest]) => {
    const bytes = new Uint8Array(32);
    bytes.set([word, rest]);
    return bytes.fill(rest % 2, 2, 4); // so that many share the bytes that the table keeps
  });
  fc.assert(
    fc.property(fc.array(hash, { maxLength: 200 }), fc.nat(20), (hashes, capacity) => {
      const table = new HashTable(capacity);
      const expected = new Map<string, number>();
      hashes.forEach((hash, value) => {
        table.add(hash, value);
        if (!expected.has(hash.toHex())) expected.set(hash.toHex(), value);
      });
      const find = (hash: Uint8Array) =>
        table.find(hash, (value) => hashes[value]?.toHex() === hash.toHex());
      for (const hash of hashes) assertEquals(find(hash), expected.get(hash.toHex()));
      assertEquals(find(new Uint8Array(32).fill(9)), undefined);
    }),
  );
});

Deno.test("HashTable passes over what is not meant", () => {
  const table = new HashTable();
  const hash = new Uint8Array(32).fill(7);
  for (let value = 0; value < 5; value++) table.add(hash, value);
  assertEquals(table.find(hash, (value) => value > 2), 3);
  assertEquals(table.find(hash, () => false), undefined);
});
