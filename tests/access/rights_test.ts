import { assert, assertEquals } from "@std/assert";
import { type Need, Rights } from "../../lib/access/rights.ts";

const permitted = (rights: Rights, needs: readonly Need[]): readonly boolean[] =>
  needs.map((need) => rights.permits(need));

const NEEDS: readonly Need[] = [
  { kind: "names" },
  { kind: "see", bucket: "b" },
  { kind: "write-some", bucket: "b" },
  { kind: "read-bucket", bucket: "b" },
  { kind: "write-bucket", bucket: "b" },
  { kind: "list", bucket: "b", prefix: "" },
  { kind: "list", bucket: "b", prefix: "p/q" },
  { kind: "read", bucket: "b", key: "p/q" },
  { kind: "write", bucket: "b", key: "p/q" },
  { kind: "read", bucket: "b", key: "p" },
  { kind: "write", bucket: "b", key: "o/../p/q" },
];

const marks = (text: string): readonly boolean[] => [...text].map((mark) => mark === "+");

Deno.test("Rights permit everything unless they are limited", () => {
  assert(new Rights().areFull && new Rights({}).areFull);
  assertEquals(permitted(new Rights(), NEEDS), marks("+++++++++++"));
});

Deno.test("Rights to read permit no kind of write", () => {
  const rights = new Rights({ access: "read-only" });
  assertEquals(rights.areFull, false);
  assertEquals(permitted(rights, NEEDS), marks("++-+-+++-+-"));
});

Deno.test("Rights to named buckets permit nothing in others, whatever their names begin with", () => {
  assertEquals(permitted(new Rights({ buckets: ["b"] }), NEEDS), marks("+++++++++++"));
  for (const name of ["a", "B", "bb", "b-", ""]) {
    assertEquals(permitted(new Rights({ buckets: [name] }), NEEDS), marks("+----------"), name);
  }
});

Deno.test("Rights to a prefix permit keys and lists under it, and a look at the bucket", () => {
  assertEquals(permitted(new Rights({ buckets: ["b/p/"] }), NEEDS), marks("+++---+++--"));
  assertEquals(permitted(new Rights({ buckets: ["b/p"] }), NEEDS), marks("+++---++++-"));
  const rights = new Rights({ buckets: ["b/p/"], access: "read-only" });
  assertEquals(permitted(rights, NEEDS), marks("++----++---"));
});

Deno.test("Rights of several limits are those of each", () => {
  const rights = new Rights({ buckets: ["c", "b/o/", "b/p/"] });
  assertEquals(permitted(rights, NEEDS), marks("+++---+++-+"));
  assertEquals(rights.permits({ kind: "write-bucket", bucket: "c" }), true);
});
