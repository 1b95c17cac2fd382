import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { readCursor, writeCursor } from "../../../lib/embedded_hub/hub/cursor.ts";
import { HubError } from "../../../lib/embedded_hub/hub/hub_error.ts";

Deno.test("a cursor is read as it was written, for any path", () => {
  fc.assert(
    fc.property(
      fc.constantFrom("from" as const, "after" as const),
      fc.string({ unit: "binary" }),
      (kind, path) => assertEquals(readCursor(writeCursor({ kind, path })), { kind, path }),
    ),
  );
});

Deno.test("a cursor that was not written here is a 400", () => {
  const json = (value: unknown) =>
    new TextEncoder().encode(JSON.stringify(value)).toBase64({ alphabet: "base64url" });
  const foreign = [
    "",
    "!",
    "abc",
    "é",
    json("x"),
    json(["after"]),
    json(["at", "x"]),
    json([1, 2]),
  ];
  for (const cursor of [...foreign, json(["after", 1]), json(["after", "x", "y"])]) {
    assertEquals(assertThrows(() => readCursor(cursor), HubError).status, 400, cursor);
  }
});

Deno.test("a cursor of any characters is either read or a 400", () => {
  fc.assert(fc.property(fc.string(), (cursor) => {
    try {
      readCursor(cursor);
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      assertEquals(error.status, 400);
    }
  }));
});
