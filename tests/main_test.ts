import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { BucketClient } from "../lib/buckets/mod.ts";
import { createEmbeddedHub } from "../lib/create_embedded_hub.ts";
import { IS_EXECUTABLE, programCommand } from "./support/program.ts";
import { randomBytes, sha256 } from "./support/random_bytes.ts";
import { signHeaderV4 } from "./support/sign_requests.ts";

const NET_AND_ENV = ["--no-prompt", "--allow-net", "--allow-env"];

interface Started {
  readonly child: Deno.ChildProcess;
  /** What it printed until the pattern was found. */
  readonly text: string;
  /** Waits until it has printed something else as well. */
  until(more: RegExp): Promise<void>;
  /** Waits for the end and returns the rest of the output. */
  end(): Promise<{ readonly code: number; readonly text: string }>;
}

function command(
  permissions: readonly string[] | undefined,
  args: readonly string[],
  env: Record<string, string>,
) {
  const { words: [program, ...words], env: own } = programCommand(permissions);
  return new Deno.Command(program, {
    args: [...words, ...args],
    env: {
      ...own,
      HF_TOKEN: "",
      HF_ENDPOINT: "",
      AWS_ACCESS_KEY_ID: "",
      AWS_SECRET_ACCESS_KEY: "",
      HUGBUCKET_PORT: "0",
      HUGBUCKET_HUB_PORT: "0",
      NO_COLOR: "1",
      ...env,
    },
    stdout: "piped",
    stderr: "piped",
  });
}

async function run(
  args: readonly string[],
  env: Record<string, string> = {},
  permissions?: readonly string[],
) {
  const { code, stdout, stderr } = await command(permissions, args, env).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** Starts a process and waits until its output matches. */
async function start(
  until: RegExp,
  args: readonly string[],
  env: Record<string, string>,
  permissions?: readonly string[],
): Promise<Started> {
  const child = command(permissions, args, env).spawn();
  const errors = new Response(child.stderr).text();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  const readUntil = async (pattern: RegExp): Promise<void> => {
    while (!pattern.test(text)) {
      const { value, done } = await reader.read();
      if (done) throw new Error(`It ended before it printed ${pattern}: ${text}${await errors}`);
      text += value;
    }
  };
  await readUntil(until);
  const first = text;
  return {
    child,
    text: first,
    async until(more) {
      await readUntil(more);
    },
    async end() {
      let rest = text.slice(first.length);
      for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
        rest += piece.value;
      }
      const { code } = await child.status;
      return { code, text: rest + await errors };
    },
  };
}

/** Writes more than the sockets in between hold, so that the gateway must be reading. */
async function writeUntilRead(writer: WritableStreamDefaultWriter<Uint8Array>): Promise<void> {
  for (let i = 0; i < 24; i++) await writer.write(new Uint8Array(1 << 20));
}

const endpointOf = (text: string): string => /S3 endpoint +(http\S+)/.exec(text)?.[1] ?? "";
const variable = (text: string, name: string): string =>
  new RegExp(`export ${name}=(\\S+)`).exec(text)?.[1] ?? "";

async function createBucket(url: string): Promise<void> {
  const response = await fetch(url, { method: "PUT" });
  assertEquals([response.status, await response.text()], [200, ""]);
}

async function inDirectory(work: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    await work(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

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

Deno.test("main.ts follows the file of key pairs, and keeps the old ones for a broken one", () =>
  inDirectory(async (directory) => {
    const hub = await createEmbeddedHub({
      users: [{ name: "one", token: "hf_one" }, { name: "two", token: "hf_two_4711" }],
    });
    const file = `${directory}/pairs.json`;
    const pair = (accessKeyId: string, hubToken: string) => ({
      accessKeyId,
      secretAccessKey: `${accessKeyId}-secret-4711`,
      hubToken,
    });
    const write = (pairs: unknown) => Deno.writeTextFile(file, JSON.stringify(pairs));
    await write([pair("ONE", "hf_one")]);
    const env = {
      HF_ENDPOINT: hub.url,
      HUGBUCKET_CREDENTIALS_FILE: file,
      HUGBUCKET_CREDENTIALS: JSON.stringify([pair("ENV", "hf_one")]),
    };
    if (!IS_EXECUTABLE) {
      const refused = await run([], env, NET_AND_ENV);
      assertStringIncludes(refused.stderr, "HUGBUCKET_CREDENTIALS_FILE");
      assertStringIncludes(refused.stderr, "--allow-read");
    }
    // No token of the gateway's own: each pair brings one.
    const gateway = await start(/Key pairs +2[^]*\n/, [], env, [
      ...NET_AND_ENV,
      `--allow-read=${file}`,
    ]);
    const url = endpointOf(gateway.text);
    const codeOf = async (accessKeyId: string) => {
      const secretAccessKey = `${accessKeyId}-secret-4711`;
      const signer = { accessKeyId, secretAccessKey, host: new URL(url).host, now: new Date() };
      const { headers } = signHeaderV4({ method: "GET", target: "/", headers: {} }, signer);
      const { host: _, Host: __, ...sent } = headers;
      const answer = await (await fetch(url, { headers: sent })).text();
      return /<Code>(\w+)</.exec(answer)?.[1] ?? "";
    };
    const until = async (accessKeyId: string, code: string) => {
      while (await codeOf(accessKeyId) !== code) await new Promise((done) => setTimeout(done, 50));
    };
    assertEquals([await codeOf("ENV"), await codeOf("ONE"), await codeOf("TWO")], [
      "",
      "",
      "InvalidAccessKeyId",
    ]);
    await Deno.writeTextFile(file, '[{"secretAccessKey": "leaked-4711"');
    await new Promise((done) => setTimeout(done, 1500));
    assertEquals(await codeOf("ONE"), "");
    await write([pair("TWO", "hf_two_4711"), pair("ENV", "hf_one")]);
    await new Promise((done) => setTimeout(done, 1500));
    assertEquals([await codeOf("ONE"), await codeOf("TWO")], ["", "InvalidAccessKeyId"]);
    await write([pair("TWO", "hf_two_4711")]);
    await until("TWO", "");
    assertEquals([await codeOf("ONE"), await codeOf("ENV")], ["InvalidAccessKeyId", ""]);
    gateway.child.kill("SIGTERM");
    const { code, text } = await gateway.end();
    assertEquals(code, 0);
    assertEquals(text.match(/key pairs not replaced/g)?.length, 2);
    assertStringIncludes(text, "is not JSON");
    assertStringIncludes(text, "ENV is there twice");
    assert(!(gateway.text + text).includes("4711"), text);
    await hub.close();
  }));

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

Deno.test("SIGTERM finishes the request under way, then ends", async () => {
  const hub = await createEmbeddedHub();
  const env = { HF_TOKEN: hub.token, HF_ENDPOINT: hub.url };
  const gateway = await start(/AUTHENTICATION IS OFF[^]*\n\n/, [], env, NET_AND_ENV);
  const url = endpointOf(gateway.text);
  await createBucket(`${url}/slow`);
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const answer = fetch(`${url}/slow/key`, { method: "PUT", body: readable });
  const writer = writable.getWriter();
  await writeUntilRead(writer);
  gateway.child.kill("SIGTERM");
  await new Promise((resolve) => setTimeout(resolve, 200));
  await writer.write(new Uint8Array(100_000));
  await writer.close();
  const response = await answer;
  assertEquals([response.status, await response.text()], [200, ""]);
  assertEquals((await gateway.end()).code, 0);
  await hub.close();
});

/** An executable takes no module that is loaded before it. */
const WITH_PROBE = { ignore: IS_EXECUTABLE };

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

Deno.test("a gateway that is stopped says so first, and serves until its delay is over", async () => {
  const hub = await createEmbeddedHub();
  const env = { HF_TOKEN: hub.token, HF_ENDPOINT: hub.url, HUGBUCKET_SHUTDOWN_DELAY: "5" };
  const gateway = await start(/AUTHENTICATION IS OFF[^]*\n\n/, [], env, NET_AND_ENV);
  const url = endpointOf(gateway.text);
  await createBucket(`${url}/drained`);
  const statusOf = async (path: string) => {
    const response = await fetch(url + path);
    await response.body?.cancel();
    return response.status;
  };
  assertEquals(await statusOf("/-/ready"), 200);
  gateway.child.kill("SIGTERM");
  while (await statusOf("/-/ready") === 200) await new Promise((done) => setTimeout(done, 20));
  assertEquals([await statusOf("/-/health"), await statusOf("/drained")], [200, 200]);
  assertEquals((await gateway.end()).code, 0);
  await hub.close();
});

Deno.test("a commit that is under way when the grace time ends is not cut off", async () => {
  const hub = await createEmbeddedHub();
  const env = { HF_TOKEN: hub.token, HF_ENDPOINT: hub.url, HUGBUCKET_SHUTDOWN_GRACE: "1" };
  const gateway = await start(/AUTHENTICATION IS OFF[^]*\n\n/, [], env, NET_AND_ENV);
  const url = endpointOf(gateway.text);
  await createBucket(`${url}/flushed`);
  hub.switches.latency.set("hub.batch", 3000);
  hub.counters.reset();
  const answer = fetch(`${url}/flushed/key`, { method: "PUT", body: "bytes" }).then(
    (response) => response.body?.cancel(),
    () => {},
  );
  while (hub.counters.of("hub.batch").calls === 0) {
    await new Promise((done) => setTimeout(done, 20));
  }
  gateway.child.kill("SIGTERM");
  assertEquals((await gateway.end()).code, 0);
  await answer;
  const client = new BucketClient({ token: hub.token, endpoint: hub.url });
  const files = await Array.fromAsync(client.listTree("flushed"));
  assertEquals(files.map(({ path }) => path), ["key"]);
  await client.close();
  await hub.close();
});

Deno.test("Ctrl-C on the start task finishes the request under way", () =>
  inDirectory(async (directory) => {
    // A group of its own, to which a terminal sends the signal: the task runner gets it and passes it on.
    const child = new Deno.Command("setsid", {
      args: [Deno.execPath(), "task", "start"],
      env: {
        HF_TOKEN: "",
        AWS_ACCESS_KEY_ID: "key",
        AWS_SECRET_ACCESS_KEY: "secret",
        HUGBUCKET_PORT: "0",
        HUGBUCKET_HUB_PORT: "0",
        HUGBUCKET_DATA_DIR: directory,
      },
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    while (endpointOf(text) === "") {
      const { value, done } = await reader.read();
      assert(!done, text);
      text += value;
    }
    const s3 = new S3Client({
      endpoint: endpointOf(text),
      region: "us-east-1",
      forcePathStyle: true,
      credentials: { accessKeyId: "key", secretAccessKey: "secret" },
    });
    await s3.send(new CreateBucketCommand({ Bucket: "slow" }));
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const url = await getSignedUrl(s3, new PutObjectCommand({ Bucket: "slow", Key: "key" }));
    const answer = fetch(url, { method: "PUT", body: readable });
    const writer = writable.getWriter();
    await writeUntilRead(writer);
    Deno.kill(-child.pid, "SIGINT");
    await new Promise((resolve) => setTimeout(resolve, 150));
    // However the two arrive: one more that comes apart from them is the terminal's, too.
    Deno.kill(-child.pid, "SIGINT");
    await new Promise((resolve) => setTimeout(resolve, 150));
    await writer.write(new Uint8Array(100_000));
    await writer.close();
    const response = await answer;
    assertEquals([response.status, await response.text()], [200, ""]);
    await child.status;
    while (!(await reader.read()).done);
    s3.destroy();
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
