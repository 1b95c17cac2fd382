import { assertEquals } from "@std/assert";
import { pathProblem } from "../../../lib/embedded_hub/hub/path_rules.ts";

Deno.test("a bucket cannot hold paths that the Hub's S3 endpoint refuses", () => {
  const refused = [
    "",
    "/a",
    "a/",
    "/",
    "a//b",
    "../a",
    "a/../b",
    "a../b",
    "./a",
    "a/..",
    "..",
    "a..",
    "a\\b",
    "a\0b",
    "\ud800",
    "a".repeat(1025),
    "é".repeat(513),
  ];
  for (const path of refused) assertEquals(typeof pathProblem(path), "string", path);
});

Deno.test("a bucket can hold any other path", () => {
  const allowed = ["a", "a/b", ".a", "a/.b", "..a", "a/./b", ".", "a b", "ü/日本", "a\nb", "%2F"];
  for (const path of [...allowed, "a".repeat(1024)]) assertEquals(pathProblem(path), undefined);
});
