import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { resolve, sep } from "node:path";
import { pathProblem } from "../../lib/embedded_hub/hub/path_rules.ts";
import { ancestorsOf, brokenBucketRule, unsafeLocalPath } from "../../lib/sync/path_rules.ts";

const piece = fc.constantFrom(..."abü🎉 .%#?\\/\0~:".split(""), "..", "./", "//", "\ud800");
const path = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(""));

Deno.test("the rules for paths of buckets are those that the embedded hub checks", () => {
  fc.assert(
    fc.property(path, (text) => {
      assertEquals(brokenBucketRule(text) === undefined, pathProblem(text) === undefined, text);
    }),
    { numRuns: 5_000 },
  );
  assert(brokenBucketRule("ü".repeat(513)) !== undefined);
  assertEquals(brokenBucketRule("ü".repeat(512)), undefined);
});

Deno.test("a path that is safe stays inside the directory", () => {
  fc.assert(
    fc.property(path, (text) => {
      if (unsafeLocalPath(text, false) !== undefined) return;
      assert(resolve("/root/dir", ...text.split("/")).startsWith(`/root/dir${sep}`), text);
    }),
    { numRuns: 5_000 },
  );
});

Deno.test("paths that lead out, or are another file than they say, are unsafe", () => {
  for (const text of ["", "/etc/passwd", "..", "../a", "a/../../b", "a//b", "a/", "./a", "a\\b"]) {
    assert(unsafeLocalPath(text, false) !== undefined, text);
  }
  for (const text of ["C:evil", "a/con", "nul.txt", "a./b", "x ", "a:b", "COM1"]) {
    assertEquals(unsafeLocalPath(text, false), undefined, text);
    assert(unsafeLocalPath(text, true) !== undefined, text);
  }
});

Deno.test("a path's ancestors are its directories, the outermost first", () => {
  assertEquals(ancestorsOf("a/b/c"), ["a", "a/b"]);
  assertEquals(ancestorsOf("a"), []);
});
