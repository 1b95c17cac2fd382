import { assertEquals, assertThrows } from "@std/assert";
import { parseDockerfile, words } from "../../tools/dockerfile.ts";

Deno.test("parseDockerfile() reads instructions and refuses what it would read wrongly", () => {
  assertEquals(parseDockerfile("# A comment\nFROM a AS b\n\nRUN c && d\n"), [
    { name: "FROM", rest: "a AS b" },
    { name: "RUN", rest: "c && d" },
  ]);
  assertThrows(() => parseDockerfile("RUN a \\\n  b"), Error, "No instruction");
});

Deno.test("words() takes commands that need no shell", () => {
  assertEquals(words('["/a", "b c"]'), ["/a", "b c"]);
  assertThrows(() => words("/a b"), Error, "Needs a shell");
});
