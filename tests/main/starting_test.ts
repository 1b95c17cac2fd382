import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { inDirectory, NET_AND_ENV, run } from "../support/run_main.ts";

Deno.test("main.ts --help lists commands and every variable, --version the version", async () => {
  const help = await run(["--help"], {}, NET_AND_ENV);
  assertEquals(help.code, 0);
  for (const word of ["serve", "hub", "health", "HF_TOKEN", "HUGBUCKET_MEMORY_BUDGET", "128MiB"]) {
    assertStringIncludes(help.stdout, word);
  }
  assertMatch((await run(["--version"])).stdout, /^\d+\.\d+\.\d+\n$/);
});

Deno.test("main.ts without HF_TOKEN and without an embedded hub says both ways and fails", async () => {
  const { code, stderr } = await run([], {}, NET_AND_ENV);
  assertEquals(code, 1);
  assertStringIncludes(stderr, "HF_TOKEN");
  assertStringIncludes(stderr, "--embedded-hub");
});

Deno.test("main.ts refuses unknown words, bad settings and an open address", async () => {
  assertStringIncludes((await run(["fly"])).stderr, "Unknown command: fly");
  assertStringIncludes((await run(["--fly"])).stderr, "--fly");
  const bad = await run([], { HUGBUCKET_PORT: "x", HUGBUCKET_REGION: "X Y" });
  assertEquals(bad.code, 1);
  assertMatch(bad.stderr, /HUGBUCKET_PORT[^]*HUGBUCKET_REGION/);
  const open = await run([], { HF_TOKEN: "hf_x", HUGBUCKET_HOST: "0.0.0.0" });
  assertEquals(open.code, 1);
  assertStringIncludes(open.stderr, "HUGBUCKET_ALLOW_ANONYMOUS");
});

Deno.test("main.ts tells all that is wrong with key pairs, and no value", () =>
  inDirectory(async (directory) => {
    const file = `${directory}/pairs.json`;
    await Deno.writeTextFile(file, '[{"accessKeyId": 4711, "hubToken": "4711 "}]');
    const env = { HF_TOKEN: "hf_x", HUGBUCKET_CREDENTIALS_FILE: file };
    const bad = await run([], env);
    assertEquals(bad.code, 1);
    for (const word of ["[0].accessKeyId", "[0].secretAccessKey is missing", "[0].hubToken"]) {
      assertStringIncludes(bad.stderr, word);
    }
    const inEnvironment = await run([], { HF_TOKEN: "hf_x", HUGBUCKET_CREDENTIALS: "4711" });
    assertStringIncludes(inEnvironment.stderr, "HUGBUCKET_CREDENTIALS must be a list");
    assert(!`${bad.stderr}${inEnvironment.stderr}`.includes("4711"), bad.stderr);
  }));

Deno.test("main.ts tells in a line what kept it from starting", () =>
  inDirectory(async (directory) => {
    const taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = taken.addr as Deno.NetAddr;
    const env = { HF_TOKEN: "hf_x", HF_ENDPOINT: "http://127.0.0.1:1" };
    const noPort = await run([], { ...env, HUGBUCKET_PORT: String(port) }, NET_AND_ENV);
    taken.close();
    assertEquals(noPort.code, 1);
    assertMatch(noPort.stderr, /^Port \d+ is taken: set HUGBUCKET_PORT/);
    await Deno.writeTextFile(`${directory}/file`, "");
    await Deno.mkdir(`${directory}/broken`);
    await Deno.writeTextFile(`${directory}/broken/access_key.json`, "{");
    await Deno.mkdir(`${directory}/other`);
    await Deno.writeTextFile(`${directory}/other/hub.sqlite`, "no database".repeat(100));
    for (const name of ["file", "broken", "other"]) {
      const { code, stderr } = await run(["--embedded-hub"], {
        HUGBUCKET_DATA_DIR: `${directory}/${name}`,
      });
      assertEquals(code, 1, name);
      assertMatch(stderr, /^HugBucket stopped: .+\n\(HUGBUCKET_LOG_LEVEL=debug shows where\.\)\n$/);
    }
    const bad = { HF_TOKEN: "hf x", HF_ENDPOINT: "http://user:pw@host", HF_NAMESPACE: "a/../" };
    const settings = await run([], bad);
    assertMatch(settings.stderr, /HF_TOKEN[^]*HF_ENDPOINT[^]*HF_NAMESPACE/);
    assert(!settings.stderr.includes("user:pw") && !settings.stderr.includes("hf x"));
  }));
