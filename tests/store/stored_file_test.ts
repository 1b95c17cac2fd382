import { assertEquals } from "@std/assert";
import { objectOf } from "../../lib/store/stored_file.ts";

const file = { path: "p", size: 3, xetHash: "ab".repeat(32) };
const [early, late] = [new Date(1000), new Date(2000)];

Deno.test("an object was last modified when it was uploaded, else at its mtime", () => {
  assertEquals(objectOf("k", { ...file, mtime: early, uploadedAt: late }).lastModified, late);
  assertEquals(objectOf("k", { ...file, mtime: early }).lastModified, early);
  assertEquals(objectOf("k", file).lastModified, new Date(0));
});

Deno.test("a marker has a type of its own unless its writer gave one", () => {
  assertEquals(objectOf("k/", file).attributes, { contentType: "application/x-directory" });
  assertEquals(objectOf("k/", { ...file, contentType: "a/b" }).attributes, { contentType: "a/b" });
  assertEquals(objectOf("k", file).attributes, {});
});
