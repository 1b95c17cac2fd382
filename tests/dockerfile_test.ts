import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Instruction, parseDockerfile, words } from "../tools/dockerfile.ts";

const IMAGES = ["Dockerfile", "space/Dockerfile"];

const instructionsOf = async (path: string): Promise<readonly Instruction[]> =>
  parseDockerfile(await Deno.readTextFile(path));

const restsOf = (instructions: readonly Instruction[], name: string): readonly string[] =>
  instructions.filter((one) => one.name === name).map((one) => one.rest);

Deno.test("every source that the image copies is in the repository, and is sent to the builder", async () => {
  const sources = restsOf(await instructionsOf("Dockerfile"), "COPY")
    .filter((rest) => !rest.startsWith("--from"))
    .flatMap((rest) => rest.split(" ").slice(0, -1));
  assert(sources.includes("main.ts") && sources.includes("deno.lock"));
  const ignored = (await Deno.readTextFile(".dockerignore")).split("\n");
  for (const source of sources) {
    await Deno.stat(source);
    assert(ignored.includes(`!${source.replace(/\/$/, "")}`), `${source} is not sent`);
  }
});

Deno.test("images run as non-root, without a shell, say how healthy they are and open their port", async () => {
  for (const path of IMAGES) {
    const instructions = await instructionsOf(path);
    const last = (name: string) => restsOf(instructions, name).at(-1) ?? "";
    assertMatch(last("FROM"), /distroless/);
    assertMatch(last("USER"), /^[1-9]\d*:[1-9]\d*$/);
    assertEquals(last("EXPOSE"), path === "Dockerfile" ? "9000" : "7860");
    const health = words(last("HEALTHCHECK").replace(/^.* CMD /, ""));
    assertEquals([health[0], health.at(-1)], ["/bin/deno", "health"]);
    const start = words(last("ENTRYPOINT"));
    assertEquals([start[0], start.at(-1)], ["/bin/deno", "/app/hugbucket.js"]);
    assert(!start.includes("-A") && start.includes("--allow-net"));
  }
});

Deno.test("images have the Deno that the README names, and its unstable features as flags", async () => {
  const readme = await Deno.readTextFile("README.md");
  const [, version] = /npx -y deno@([\d.]+) task start/.exec(readme) ?? [];
  const { unstable }: { unstable: string[] } = JSON.parse(await Deno.readTextFile("deno.json"));
  for (const path of IMAGES) {
    const instructions = await instructionsOf(path);
    for (const from of restsOf(instructions, "FROM")) {
      assertMatch(
        from,
        new RegExp(
          `^(--platform=\\$BUILDPLATFORM )?denoland/deno:(distroless-)?${version}( AS build)?$`,
        ),
      );
    }
    const [start = ""] = restsOf(instructions, "ENTRYPOINT");
    assertEquals(
      words(start).filter((word) => word.startsWith("--unstable-")),
      // Texts are in the one file already when it runs.
      unstable.filter((feature) => feature !== "raw-imports").map((name) => `--unstable-${name}`),
    );
  }
});
