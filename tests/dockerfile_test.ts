import { assert, assertEquals, assertMatch } from "@std/assert";
import denoJson from "../deno.json" with { type: "json" };

/** The instructions of the Dockerfile: name and rest, comments left out. */
const instructions = (await Deno.readTextFile("Dockerfile"))
  .split("\n")
  .filter((line) => /^[A-Z]+ /.test(line))
  .map((line) => {
    const [, name = "", rest = ""] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
    return { name, rest };
  });

const restsOf = (name: string): readonly string[] =>
  instructions.filter((one) => one.name === name).map((one) => one.rest);

Deno.test("every source that the image copies is in the repository", async () => {
  const sources = restsOf("COPY")
    .filter((rest) => !rest.startsWith("--from"))
    .flatMap((rest) => rest.split(" ").slice(0, -1));
  assert(sources.includes("main.ts") && sources.includes("deno.lock"));
  for (const source of sources) await Deno.stat(source);
});

Deno.test("the image runs as non-root, says how healthy it is and opens port 9000", () => {
  assertMatch(restsOf("USER").at(-1) ?? "", /^[1-9]\d*:[1-9]\d*$/);
  assertEquals(restsOf("EXPOSE"), ["9000"]);
  assertMatch(restsOf("HEALTHCHECK").join(), /CMD \["\/hugbucket", "health"\]$/);
});

Deno.test("the image is built with the Deno that the README names, and by the compile task", async () => {
  const [, version] =
    /npx -y deno@([\d.]+) task start/.exec(await Deno.readTextFile("README.md")) ??
      [];
  assertEquals(restsOf("FROM")[0], `denoland/deno:${version} AS build`);
  assert(restsOf("RUN").includes("deno task compile"));
  assertMatch(denoJson.tasks.compile.command, /-o dist\/hugbucket main\.ts$/);
});
