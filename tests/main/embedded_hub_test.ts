import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { endpointOf, inDirectory, run, start, variable } from "../support/run_main.ts";

Deno.test("main.ts --embedded-hub makes a key pair, keeps it and its objects over a restart", () =>
  inDirectory(async (directory) => {
    const env = { HUGBUCKET_DATA_DIR: `${directory}/data` };
    const first = await start(/region_name[^]*\n\n/, ["--embedded-hub"], env);
    const pair = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"].map((n) => variable(first.text, n));
    assertMatch(pair.join(" "), /^HB\w{18} [\w-]{40}$/);
    const refused = await fetch(endpointOf(first.text));
    assertEquals(refused.status, 403);
    assertStringIncludes(await refused.text(), "<Code>AccessDenied</Code>");
    first.child.kill("SIGINT");
    assertEquals((await first.end()).code, 0);
    const second = await start(/region_name[^]*\n\n/, ["--embedded-hub"], env);
    assertEquals(
      ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"].map((n) => variable(second.text, n)),
      pair,
    );
    second.child.kill("SIGTERM");
    assertEquals((await second.end()).code, 0);
  }));

Deno.test("main.ts hub is a Hub for other tools", () =>
  inDirectory(async (directory) => {
    const env = { HUGBUCKET_DATA_DIR: directory, HF_TOKEN: "hf_mine" };
    const hub = await start(/HF_TOKEN=\S+\n/, ["hub"], env);
    const answer = await fetch(`${variable(hub.text, "HF_ENDPOINT")}/api/whoami-v2`, {
      headers: { authorization: `Bearer ${variable(hub.text, "HF_TOKEN")}` },
    });
    assertEquals((await answer.json()).type, "user");
    assertEquals(variable(hub.text, "HF_TOKEN"), "hf_mine");
    hub.child.kill("SIGTERM");
    assertEquals((await hub.end()).code, 0);
  }));

Deno.test("main.ts --seed makes repos of folders, which the gateway reads", () =>
  inDirectory(async (directory) => {
    await Deno.mkdir(`${directory}/prices`);
    await Deno.writeTextFile(`${directory}/prices/a.txt`, "one");
    const env = { HUGBUCKET_DATA_DIR: `${directory}/data` };
    const seed = (name: string) => ["--seed", `${name}=${directory}/prices`];
    const hub = await start(/HF_TOKEN=\S+\n/, ["hub", ...seed("datasets/local/prices")], env);
    const url = `${variable(hub.text, "HF_ENDPOINT")}/datasets/local/prices/resolve/main/a.txt`;
    assertEquals(await (await fetch(url)).text(), "one");
    assertMatch(hub.text, /^dataset local\/prices is at commit [0-9a-f]{40}$/m);
    hub.child.kill("SIGTERM");
    assertEquals((await hub.end()).code, 0);
    const wrong = await run(["hub", ...seed("buckets/local/prices")], env);
    assertEquals(wrong.code, 1);
    assertStringIncludes(wrong.stderr, "--seed buckets/local/prices");
  }));
