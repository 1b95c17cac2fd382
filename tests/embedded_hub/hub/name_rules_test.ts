import { assertEquals } from "@std/assert";
import { nameProblem } from "../../../lib/embedded_hub/hub/name_rules.ts";

Deno.test("a bucket's name follows the rules of repository names", () => {
  for (const name of ["a", "A-1_b.c", "x".repeat(96)]) assertEquals(nameProblem(name), undefined);
  const refused = ["", "a b", "a/b", "ü", "a--b", "a..b", "-a", "a-", ".a", "a.", "a.git"];
  for (const name of [...refused, "x".repeat(97)]) {
    assertEquals(typeof nameProblem(name), "string", name);
  }
});
