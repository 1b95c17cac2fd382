import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { createEmbeddedHub } from "../../lib/create_embedded_hub.ts";
import { IS_EXECUTABLE } from "../support/program.ts";
import { randomBytes, sha256 } from "../support/random_bytes.ts";
import {
  createBucket,
  endpointOf,
  inDirectory,
  NET_AND_ENV,
  run,
  start,
} from "../support/run_main.ts";

/** An executable takes no module that is loaded before it. */
const WITH_PROBE = { ignore: IS_EXECUTABLE };

Deno.test("main.ts with a token serves with the net and env permissions only", async () => {
  const hub = await createEmbeddedHub();
  const env = { HF_TOKEN: hub.token, HF_ENDPOINT: hub.url };
  const gateway = await start(/AUTHENTICATION IS OFF[^]*\n\n/, [], env, NET_AND_ENV);
  const url = endpointOf(gateway.text);
  await createBucket(`${url}/plain`);
  const put = await fetch(`${url}/plain/a%20b`, { method: "PUT", body: "bytes" });
  assertEquals([put.status, await put.text()], [200, ""]);
  const get = await fetch(`${url}/plain/a%20b`);
  assertEquals([get.status, await get.text()], [200, "bytes"]);
  const health = await run(["health"], { ...env, HUGBUCKET_PORT: new URL(url).port }, NET_AND_ENV);
  assertEquals([health.code, health.stdout], [0, "healthy\n"]);
  gateway.child.kill("SIGTERM");
  const { code, text } = await gateway.end();
  assertEquals(code, 0);
  assert(!text.includes("NotCapable") && !text.includes("Uncaught"), text);
  await hub.close();
});

Deno.test("main.ts shows metrics on a port of their own, with the net and env permissions only", async () => {
  const hub = await createEmbeddedHub();
  const gateway = await start(/"message":"metrics"[^\n]*\n/, [], {
    HF_TOKEN: hub.token,
    HF_ENDPOINT: hub.url,
    HUGBUCKET_METRICS_PORT: "0",
    HUGBUCKET_METRICS_TOKEN: "hush-hush",
  }, NET_AND_ENV);
  const [, host, port] = /"hostname":"([^"]+)","port":(\d+)/.exec(gateway.text) ?? [];
  const url = endpointOf(gateway.text);
  await createBucket(`${url}/plain`);
  const headers = { authorization: "Bearer hush-hush" };
  for (const base of [`http://${host}:${port}`, url]) {
    const refused = await fetch(`${base}/-/metrics`);
    assertEquals([refused.status, await refused.text()], [
      401,
      "The metrics need a bearer token\n",
    ]);
    const text = await (await fetch(`${base}/-/metrics`, { headers })).text();
    assertMatch(text, /^hugbucket_requests_total\{operation="CreateBucket",status="200"\} 1$/m);
    assertMatch(text, /^process_resident_memory_bytes [1-9]\d+$/m);
    assertEquals(await (await fetch(`${base}/-/ready`)).text(), "ready\n");
  }
  gateway.child.kill("SIGTERM");
  const { code, text } = await gateway.end();
  assertEquals(code, 0);
  assert(!(gateway.text + text).includes("hush-hush"));
  assert(!text.includes("NotCapable") && !text.includes("Uncaught"), text);
  await hub.close();
});

// An executable may read files, and so does not refuse to.
Deno.test("main.ts keeps content on disk where it is told to, if it may", () =>
  inDirectory(async (directory) => {
    const hub = await createEmbeddedHub();
    const env = { HF_TOKEN: hub.token, HF_ENDPOINT: hub.url, HUGBUCKET_CACHE_DIR: directory };
    if (!IS_EXECUTABLE) {
      const refused = await run([], env, NET_AND_ENV);
      assertEquals(refused.code, 1);
      assertStringIncludes(refused.stderr, "HUGBUCKET_CACHE_DIR");
      assertStringIncludes(refused.stderr, "--allow-read");
    }
    const gateway = await start(/AUTHENTICATION IS OFF[^]*\n\n/, [], env);
    const url = endpointOf(gateway.text);
    await createBucket(`${url}/kept`);
    const put = await fetch(`${url}/kept/key`, { method: "PUT", body: "bytes" });
    await put.body?.cancel();
    assertEquals(await (await fetch(`${url}/kept/key`)).text(), "bytes");
    gateway.child.kill("SIGTERM");
    assertEquals((await gateway.end()).code, 0);
    const kept = await Array.fromAsync(Deno.readDir(directory));
    assertEquals(kept.map(({ isDirectory }) => isDirectory), [true]);
    assert(!kept.some(({ name }) => name.includes(hub.token)));
    await hub.close();
  }));

Deno.test("main.ts never prints a secret that was given to it", async () => {
  const hub = await createEmbeddedHub();
  const gateway = await start(/region_name[^]*\n\n/, [], {
    HF_TOKEN: hub.token,
    HF_ENDPOINT: hub.url,
    AWS_ACCESS_KEY_ID: "given",
    AWS_SECRET_ACCESS_KEY: "given-secret-4711",
    HUGBUCKET_LOG_LEVEL: "debug",
  }, NET_AND_ENV);
  await (await fetch(endpointOf(gateway.text))).body?.cancel();
  gateway.child.kill("SIGTERM");
  const { text } = await gateway.end();
  assert(!(gateway.text + text).includes("given-secret-4711"));
  assert(!(gateway.text + text).includes(hub.token));
  await hub.close();
});

Deno.test({
  name: "main.ts sweeps uploads every ten minutes and sidecars once a day, by cron or by timers",
  ...WITH_PROBE,
  fn: async () => {
    const hub = await createEmbeddedHub();
    const permissions = ["--preload=tests/support/cron_probe.ts", ...NET_AND_ENV];
    for (
      const [CRON_PROBE, expected] of [
        ["cron", ["cron multipart sweep: */10 * * * *", "cron sidecar sweep: 17 3 * * *"]],
        ["timers", ["timer: 600000", "timer: 86400000"]],
      ] as const
    ) {
      const env = { HF_TOKEN: hub.token, HF_ENDPOINT: hub.url, CRON_PROBE };
      const gateway = await start(/AUTHENTICATION IS OFF[^]*\n\n/, [], env, permissions);
      gateway.child.kill("SIGTERM");
      const { code, text } = await gateway.end();
      const lines = (gateway.text + text).split("\n").filter((line) => /^(cron|timer)/.test(line));
      assertEquals([code, lines], [0, expected]);
    }
    await hub.close();
  },
});

Deno.test({
  name: "main.ts does the byte work of uploads and downloads in workers, with net and env only",
  ...WITH_PROBE,
  fn: async () => {
    const hub = await createEmbeddedHub();
    const env = { HF_TOKEN: hub.token, HF_ENDPOINT: hub.url, HUGBUCKET_WORKERS: "2" };
    const permissions = ["--preload=tests/support/worker_probe.ts", ...NET_AND_ENV];
    const gateway = await start(/AUTHENTICATION IS OFF[^]*\n\n/, [], env, permissions);
    const url = endpointOf(gateway.text);
    await createBucket(`${url}/bytes`);
    // Of each worker the first answer says that it has started; what comes until then is done without.
    const started = /(?:worker answered\n[^]*){2}/;
    const worked = /(?:worker answered\n[^]*){3}/;
    const bodies = { one: randomBytes(9_000_000, 1), two: randomBytes(9_000_000, 2) };
    for (const [key, body] of Object.entries(bodies)) {
      const put = await fetch(`${url}/bytes/${key}`, { method: "PUT", body });
      assertEquals([put.status, await put.text()], [200, ""]);
    }
    await gateway.until(worked);
    // Another gateway has nothing of it in memory.
    const reader = await start(/AUTHENTICATION IS OFF[^]*\n\n/, [], env, permissions);
    for (const [key, pattern] of [["one", started], ["two", worked]] as const) {
      const get = await fetch(`${endpointOf(reader.text)}/bytes/${key}`);
      assertEquals(
        await sha256(await get.bytes()),
        await sha256(bodies[key]),
      );
      await reader.until(pattern);
    }
    for (const { child, end } of [gateway, reader]) {
      child.kill("SIGTERM");
      const { code, text } = await end();
      assert(code === 0 && !text.includes("worker failed"), text);
    }
    await hub.close();
  },
});
