import { assert, assertEquals, assertMatch } from "@std/assert";
import { programCommand } from "../support/program.ts";

/** Runs the program until it listens, asks it for something that needs no Hub, and stops it. */
async function runOnce(
  endpoint: string,
): Promise<{ readonly code: number; readonly text: string }> {
  const { words: [program, ...words], env } = programCommand([
    "--no-prompt",
    "--allow-net",
    "--allow-env",
  ]);
  const child = new Deno.Command(program, {
    args: words,
    env: {
      ...env,
      HF_TOKEN: "hf_none",
      HF_ENDPOINT: "http://127.0.0.1:9",
      HUGBUCKET_PORT: "0",
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      OTEL_EXPORTER_OTLP_HEADERS: "authorization=Basic%20c2VjcmV0",
    },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const errors = new Response(child.stderr).text();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  const read = async () => {
    const { value, done } = await reader.read();
    text += value ?? "";
    return !done;
  };
  while (!/AUTHENTICATION IS OFF[^]*\n\n/.test(text) && await read());
  const [, url] = /S3 endpoint +(http\S+)/.exec(text) ?? [];
  await (await fetch(`${url}/no-bucket?unknown`, { method: "PATCH" })).body?.cancel();
  child.kill("SIGTERM");
  while (await read());
  const { code } = await child.status;
  return { code, text: text + await errors };
}

Deno.test("the program sends its last spans when it is stopped, with the permissions that it has", async () => {
  const bodies: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    bodies.push(`${request.headers.get("authorization")} ${await request.text()}`);
    return Response.json({});
  });
  const { code, text } = await runOnce(`http://127.0.0.1:${server.addr.port}`);
  await server.shutdown();
  assertEquals(code, 0, text);
  assert(!text.includes("c2VjcmV0") && !text.includes("NotCapable"), text);
  assertMatch(bodies.join(), /^Basic c2VjcmV0 .*"name":"PATCH"/);
});

Deno.test("a collector that is not there keeps no gateway from ending well", async () => {
  const { code, text } = await runOnce("http://127.0.0.1:9");
  assertEquals(code, 0, text);
  assert(!text.includes("Uncaught"), text);
});
