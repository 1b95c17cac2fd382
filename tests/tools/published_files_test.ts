import { assertEquals, assertThrows } from "@std/assert";
import { publishedFiles, wrongIn } from "../../tools/published_files.ts";

const OUTPUT = `Simulating publish of @a/b@0.1.0 with files:
   file:///tmp/tree/LICENSE (1.05KB)
   file:///tmp/tree/lib/a.ts (12B)
   file:///tmp/tree/tests/a_test.ts (1MB)
Success Dry run complete
`;

Deno.test("publishedFiles() reads what a dry run lists", () => {
  assertEquals(publishedFiles(OUTPUT, "file:///tmp/tree/"), [
    "LICENSE",
    "lib/a.ts",
    "tests/a_test.ts",
  ]);
  assertThrows(() => publishedFiles(OUTPUT, "file:///elsewhere/"), Error, "is not below");
});

Deno.test("wrongIn() names what does not belong to the package, and what it lacks", () => {
  const files = ["LICENSE", "lib/a.ts", "lib/xet/engine/build.ts", "lib/a_test.ts", "tests/a.ts"];
  assertEquals(wrongIn(files, ["LICENSE", "mod.ts"]), [
    "lib/xet/engine/build.ts would be published",
    "lib/a_test.ts would be published",
    "tests/a.ts would be published",
    "mod.ts would be missing",
  ]);
});
