import { assertEquals } from "@std/assert";
import { isDone, saysAbsent } from "../../lib/buckets/operation_outcome.ts";
import type { FileInfo } from "../../lib/hub/wire.ts";
import { add, remove } from "./file_server.ts";

const WANTED = { ...add("x", 5), contentType: "text/plain" };
const FILE: FileInfo = { type: "file", path: "x", size: 1, xetHash: WANTED.xetHash };

Deno.test("a delete is done when there is nothing", () => {
  assertEquals(isDone(remove("x"), undefined), true);
  assertEquals(isDone(remove("x"), FILE), false);
});

Deno.test("an add is done when the file has its hash and nothing else differs", () => {
  const mtime = new Date(WANTED.mtime);
  assertEquals(isDone(WANTED, undefined), false);
  assertEquals(isDone(WANTED, FILE), true);
  assertEquals(isDone(WANTED, { ...FILE, mtime, contentType: "text/plain" }), true);
  assertEquals(isDone(WANTED, { ...FILE, xetHash: "f".repeat(64) }), false);
  assertEquals(isDone(WANTED, { ...FILE, contentType: "text/html" }), false);
  assertEquals(isDone(WANTED, { ...FILE, mtime: new Date(WANTED.mtime - 1000) }), false);
});

Deno.test("a time cut to seconds is the same time", () => {
  const mtime = new Date(Math.floor(WANTED.mtime / 1000) * 1000);
  assertEquals(isDone({ ...WANTED, mtime: WANTED.mtime + 900 }, { ...FILE, mtime }), true);
});

Deno.test("only words for absence mean absence", () => {
  for (const reason of ["File not found", "EntryNotFound", "no such file", "x does not exist"]) {
    assertEquals(saysAbsent(reason), true, reason);
  }
  for (const reason of ["", "missing permission", "locked", "quota exceeded"]) {
    assertEquals(saysAbsent(reason), false, reason);
  }
});
