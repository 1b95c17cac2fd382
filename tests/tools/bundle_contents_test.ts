import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  bundledModules,
  packageDirectories,
  surprisesIn,
  withoutCachePaths,
} from "../../tools/bundle_contents.ts";

const RAW = `// lib/config.ts
var require_saxes = __commonJS({
  "../.cache/npm/some.host/saxes/6.0.0/saxes.js"(exports) {
// ../.cache/npm/some.host/saxes/6.0.0/saxes.js
// ../.cache/npm/some.host/@logtape/logtape/2.4.2/dist/log.js
`;

Deno.test("withoutCachePaths() leaves nothing of the machine in a bundle", () => {
  const text = withoutCachePaths(RAW);
  assertEquals(
    text,
    `// lib/config.ts
var require_saxes = __commonJS({
  "npm:saxes@6.0.0/saxes.js"(exports) {
// npm:saxes@6.0.0/saxes.js
// npm:@logtape/logtape@2.4.2/dist/log.js
`,
  );
  assertEquals(bundledModules(text), [
    { kind: "file", path: "lib/config.ts" },
    { kind: "package", name: "saxes", version: "6.0.0" },
    { kind: "package", name: "@logtape/logtape", version: "2.4.2" },
  ]);
});

Deno.test("packageDirectories() finds where the packages of a bundle lie", () => {
  assertEquals([...packageDirectories(RAW)], [
    ["saxes@6.0.0", "../.cache/npm/some.host/saxes/6.0.0"],
    ["@logtape/logtape@2.4.2", "../.cache/npm/some.host/@logtape/logtape/2.4.2"],
  ]);
});

Deno.test("surprisesIn() tells tests, other files, unknown packages and sizes", () => {
  const surprises = surprisesIn(`// tests/main_test.ts
// lib/config_test.ts
// lib/xet/engine/build.ts
// docs/page.html
// npm:fast-check@4.10.2/lib/index.js
${"x".repeat(5_000_000)}
`).join("\n");
  for (
    const name of [
      "tests/main_test.ts",
      "lib/config_test.ts",
      "build.ts",
      "docs/page.html",
      "fast-check",
      "bytes, over",
    ]
  ) assertStringIncludes(surprises, name);
});
