import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { parseBatch } from "../../../lib/embedded_hub/hub/batch_operations.ts";
import { HubError } from "../../../lib/embedded_hub/hub/hub_error.ts";

const HASH = "ab".repeat(32);

Deno.test("a batch is read line by line, with or without a final line feed", () => {
  const add = JSON.stringify({
    type: "addFile",
    path: "a",
    xetHash: HASH,
    mtime: 5,
    contentType: "x",
  });
  const remove = JSON.stringify({ type: "deleteFile", path: "b" });
  const expected = [
    { kind: "addFile", path: "a", xetHash: HASH, mtime: 5, contentType: "x" },
    { kind: "deleteFile", path: "b" },
  ] as const;
  assertEquals(parseBatch(`${add}\n${remove}`), expected);
  assertEquals(parseBatch(`${add}\r\n\n${remove}\n`), expected);
});

Deno.test("a copy names its source", () => {
  const source = { sourceRepoType: "bucket", sourceRepoId: "a/b" };
  const line = { type: "copyFile", path: "c", xetHash: HASH.toUpperCase(), ...source };
  assertEquals(parseBatch(JSON.stringify(line)), [
    {
      kind: "copyFile",
      path: "c",
      xetHash: HASH,
      mtime: undefined,
      contentType: undefined,
      ...source,
    },
  ]);
});

Deno.test("a line of another form is a 400 that names the line", () => {
  const good = JSON.stringify({ type: "deleteFile", path: "b" });
  const add = { type: "addFile", path: "a", xetHash: HASH };
  const bad: readonly string[] = [
    "{",
    "[]",
    "null",
    "1",
    ...[
      {},
      { type: "moveFile", path: "a" },
      { type: "deleteFile" },
      { type: "deleteFile", path: 1 },
      { ...add, xetHash: "ab" },
      { ...add, xetHash: `${HASH}0` },
      { ...add, xetHash: "g".repeat(64) },
      { ...add, mtime: 1.5 },
      { ...add, mtime: "2026-01-01" },
      { ...add, mtime: 1e300 },
      { ...add, contentType: 7 },
      { ...add, type: "copyFile" },
    ].map((line) => JSON.stringify(line)),
  ];
  for (const line of bad) {
    const error = assertThrows(() => parseBatch(`${good}\n${line}`), HubError);
    assertEquals([error.status, error.message.slice(0, 8)], [400, "Line 2: "], line);
  }
});

Deno.test("a batch without operations is a 400", () => {
  for (const body of ["", "\n", " \n "]) {
    assertEquals(assertThrows(() => parseBatch(body), HubError).status, 400);
  }
});

Deno.test("any text and any JSON is either read or a 400", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (body) => {
    try {
      parseBatch(body);
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      assertEquals(error.status, 400);
    }
  }));
});
