import { assert, assertEquals, assertThrows } from "@std/assert";
import { blocksOf } from "./blocks.ts";

Deno.test("blocksOf() reads fenced blocks and what is to be done with them", () => {
  const page = `Text

<!-- run after: zero -->

\`\`\`sh
one
two
\`\`\`
<!-- run until S3 endpoint -->
\`\`\`sh
three
\`\`\`

<!-- not run: a reason -->
\`\`\`js
four
\`\`\`

\`\`\`
five
\`\`\`
`;
  assertEquals(blocksOf(page), [
    { language: "sh", text: "one\ntwo", line: 5, mark: { kind: "run", after: "zero" } },
    { language: "sh", text: "three", line: 10, mark: { kind: "until", text: "S3 endpoint" } },
    { language: "js", text: "four", line: 15, mark: { kind: "not", reason: "a reason" } },
    { language: "", text: "five", line: 19, mark: { kind: "none" } },
  ]);
  assertThrows(() => blocksOf("```sh\nx"), Error, "has no end");
});

Deno.test("every block of the README is run, or says why not", async () => {
  for (const { line, mark } of blocksOf(await Deno.readTextFile("README.md"))) {
    assert(mark.kind !== "none", `README.md:${line} is not marked`);
  }
});
