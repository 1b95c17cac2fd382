import { assertEquals, assertStringIncludes } from "@std/assert";
import denoJson from "../../deno.json" with { type: "json" };
import { cut, problemsOf, sectionsOf } from "../../tools/changelog.ts";

const TEXT = `# Changelog

## [Unreleased]

### Added

- A thing.

## [1.0.0] - 2026-01-02

- The first.
`;

Deno.test("sectionsOf() reads titles, dates and texts", () => {
  assertEquals(sectionsOf(TEXT), [
    { title: "Unreleased", date: undefined, text: "### Added\n\n- A thing." },
    { title: "1.0.0", date: "2026-01-02", text: "- The first." },
  ]);
});

Deno.test("problemsOf() wants a version that is new, or has its section and nothing after it", () => {
  assertEquals(problemsOf(TEXT, "1.1.0"), []);
  assertStringIncludes(problemsOf(TEXT, "1.0.0").join(), "needs another version");
  assertStringIncludes(problemsOf(TEXT, "next").join(), "no version");
  const empty = TEXT.replace("### Added\n\n- A thing.\n", "");
  assertEquals(problemsOf(empty, "1.0.0"), []);
  assertStringIncludes(problemsOf(empty, "1.1.0").join(), "says nothing");
  assertStringIncludes(problemsOf(TEXT.replace(" - 2026-01-02", ""), "1.1.0").join(), "no date");
});

Deno.test("cut() makes a version of what is to come, after which there is nothing more to come", () => {
  const made = cut(TEXT, "1.1.0", "2026-02-03");
  assertEquals(sectionsOf(made).map(({ title, date, text }) => [title, date, text.length > 0]), [
    ["Unreleased", undefined, false],
    ["1.1.0", "2026-02-03", true],
    ["1.0.0", "2026-01-02", true],
  ]);
  assertEquals(problemsOf(made, "1.1.0"), []);
});

Deno.test("the changelog fits the version in deno.json", async () => {
  assertEquals(problemsOf(await Deno.readTextFile("CHANGELOG.md"), denoJson.version), []);
});
