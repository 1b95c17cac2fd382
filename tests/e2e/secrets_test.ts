/**
 * Traffic of every kind against a gateway that logs and traces all it can, then a search for whatever must not be found: in its output, in what it answers, in
 * its pages, and in the spans that it sends.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { createEmbeddedHub } from "../../lib/create_embedded_hub.ts";
import { startOtlpReceiver } from "../support/otlp_receiver.ts";
import { programCommand } from "../support/program.ts";
import { type RawAnswer, RawConnection, type RawRequest } from "../support/raw_connection.ts";
import { randomBytes } from "../support/random_bytes.ts";
import { encodedPolicy, signFormV4 } from "../support/sign_forms.ts";
import type { Signer } from "../support/sign_requests.ts";
import { AUTHENTICATION_NAMES, AUTHENTICATIONS } from "./forged_requests/authentications.ts";
import { FORM_TYPE, formBody } from "./forged_requests/samples.ts";

const TOKENS = ["hf_ownTokenOwnTokenOwn", "hf_tenantTokenTenantTok"];
const PAIRS = [
  { accessKeyId: "OWNPAIR", secretAccessKey: "own-secret-own-secret-own" },
  { accessKeyId: "TENANTPAIR", secretAccessKey: "tenant-secret-tenant-sec", hubToken: TOKENS[1] },
];
const METRICS_TOKEN = "metrics-token-metrics-token";
const COLLECTOR_SECRET = "collector-secret-collector";
const BUCKET = "secrets";

/** What was sent, answered and printed. */
class Traffic {
  readonly signatures = new Set<string>();
  readonly answers: { readonly request: string; readonly answer: RawAnswer }[] = [];
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  signer(pair: { readonly accessKeyId: string; readonly secretAccessKey: string }): Signer {
    return { ...pair, host: new URL(this.#url).host, now: new Date() };
  }

  async send(request: RawRequest, signature?: string): Promise<RawAnswer> {
    using connection = await RawConnection.open(this.#url);
    const answer = await connection.exchange(request).catch((error) => ({
      status: 0,
      code: "",
      headers: new Map<string, string>(),
      body: String(error),
    }));
    if (signature !== undefined) this.signatures.add(signature);
    this.answers.push({ request: `${request.method} ${request.target}`, answer });
    return answer;
  }
}

/** Every request in every form of signature: good, and with another secret. */
async function sendAll(traffic: Traffic): Promise<void> {
  const requests: readonly RawRequest[] = [
    { method: "PUT", target: `/${BUCKET}`, headers: {}, body: new Uint8Array(0) },
    {
      method: "PUT",
      target: `/${BUCKET}/k`,
      headers: { "x-amz-meta-a": "b" },
      body: randomBytes(70_000, 1),
    },
    { method: "GET", target: `/${BUCKET}/k`, headers: {} },
    { method: "GET", target: `/${BUCKET}/missing`, headers: {} },
    { method: "HEAD", target: `/${BUCKET}/k`, headers: {} },
    { method: "GET", target: `/${BUCKET}?list-type=2`, headers: {} },
    { method: "GET", target: `/${BUCKET}?policy`, headers: {} },
    { method: "PUT", target: `/${BUCKET}?cors`, headers: {}, body: new TextEncoder().encode("<x") },
    { method: "POST", target: `/${BUCKET}/k?uploads`, headers: {}, body: new Uint8Array(0) },
    {
      method: "PUT",
      target: `/${BUCKET}/c`,
      headers: { "x-amz-copy-source": `${BUCKET}/k` },
      body: new Uint8Array(0),
    },
    { method: "DELETE", target: `/${BUCKET}/none`, headers: {} },
    { method: "GET", target: "/no-such-bucket-here", headers: {} },
    { method: "GET", target: "/", headers: {} },
  ];
  for (const pair of PAIRS) {
    for (const request of requests) {
      for (const name of AUTHENTICATION_NAMES) {
        const good = AUTHENTICATIONS[name](request, traffic.signer(pair));
        await traffic.send(good, good.signature);
        const forged = { ...pair, secretAccessKey: "not-the-secret-at-all" };
        await traffic.send(AUTHENTICATIONS[name](request, traffic.signer(forged)));
      }
    }
    const signer = traffic.signer(pair);
    const expiration = new Date(Date.now() + 60_000).toISOString();
    const policy = encodedPolicy({
      expiration,
      conditions: [{ bucket: BUCKET }, ["starts-with", "$key", "f"]],
    });
    const fields = signFormV4(policy, signer);
    for (const key of ["form", "other"]) {
      const body = new TextEncoder().encode(formBody({ key, ...fields }, "file"));
      const form = { method: "POST", target: `/${BUCKET}`, headers: FORM_TYPE, body };
      await traffic.send(form, fields["x-amz-signature"]);
    }
    const bearer = { Authorization: `Bearer ${TOKENS[0]}` };
    await traffic.send({ method: "GET", target: `/${BUCKET}/k`, headers: bearer });
  }
}

Deno.test("no token, secret or signature is in a log, an answer, a page or a span, and no inner URL or stack in an answer", async () => {
  const hub = await createEmbeddedHub({
    users: TOKENS.map((token, i) => ({ name: `user${i}`, token })),
  });
  const collector = startOtlpReceiver();
  const { words: [program, ...args], env } = programCommand();
  const child = new Deno.Command(program, {
    args,
    env: {
      ...env,
      HF_TOKEN: TOKENS[0] ?? "",
      HF_ENDPOINT: hub.url,
      HUGBUCKET_CREDENTIALS: JSON.stringify(PAIRS),
      AWS_ACCESS_KEY_ID: "",
      AWS_SECRET_ACCESS_KEY: "",
      HUGBUCKET_PORT: "0",
      HUGBUCKET_METRICS_TOKEN: METRICS_TOKEN,
      HUGBUCKET_LOG_LEVEL: "debug",
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_HEADERS: `x-collector=${COLLECTOR_SECRET}`,
      NO_COLOR: "1",
    },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const errors = new Response(child.stderr).text();
  const listening = Promise.withResolvers<string>();
  let printed = "";
  // Read all the while: a process whose pipe is full stands still.
  const output = (async () => {
    for await (const piece of child.stdout.pipeThrough(new TextDecoderStream())) {
      printed += piece;
      const url = /S3 endpoint +(http\S+)\s/.exec(printed)?.[1];
      if (url !== undefined) listening.resolve(url);
    }
  })();
  const traffic = new Traffic(await listening.promise);
  await sendAll(traffic);
  for (const endpoint of ["hub", "cas"]) {
    for (const status of [401, 403, 500] as const) {
      const undo = hub.switches.faults.add({ endpoint, status });
      for (
        const [method, target] of [["PUT", "broken"], ["GET", "k"], [
          "GET",
          "?list-type=2",
        ]] as const
      ) {
        const request = {
          method,
          target: `/${BUCKET}${target.startsWith("?") ? "" : "/"}${target}`,
          headers: {},
          ...(method === "PUT" && { body: randomBytes(10_000, 2) }),
        };
        const signed = AUTHENTICATIONS["header v4"](
          request,
          traffic.signer(PAIRS[0] ?? { accessKeyId: "", secretAccessKey: "" }),
        );
        await traffic.send(signed, signed.signature);
      }
      undo();
    }
  }
  const bearer = { Authorization: `Bearer ${METRICS_TOKEN}` };
  for (const page of ["/-/health", "/-/ready", "/-/metrics", "/-/none"]) {
    await traffic.send({ method: "GET", target: page, headers: {} });
    await traffic.send({ method: "GET", target: page, headers: bearer });
  }
  assert(
    traffic.answers.some(({ answer }) => answer.body.includes("# TYPE")),
    "metrics were shown",
  );
  child.kill("SIGTERM");
  await output;
  printed += await errors;
  await child.status;
  const hubHost = new URL(hub.url).host;
  await hub.close();
  await collector.close();

  assert(traffic.answers.length > 200 && printed.split("\n").length > 200);
  assertEquals(collector.requests[0]?.get("x-collector"), COLLECTOR_SECRET);
  const spans = collector.bodies.join("\n");
  const seen = new Set(collector.spans().map(({ name }) => name));
  for (const name of ["PutObject", "PostObject", "hub batch", "cas xorb.post"]) {
    assert(seen.has(name), `no span ${name} among ${[...seen].join()}`);
  }
  const secrets = [
    METRICS_TOKEN,
    COLLECTOR_SECRET,
    ...TOKENS,
    ...PAIRS.map(({ secretAccessKey }) => secretAccessKey),
  ];
  const answered = traffic.answers.map(({ request, answer }) =>
    [request, [...answer.headers].flat().join("\n") + answer.body] as const
  );
  for (const secret of [...secrets, ...traffic.signatures]) {
    assertEquals(printed.includes(secret), false, `printed: ${secret}`);
    assertEquals(spans.includes(secret), false, `traced: ${secret}`);
    for (const [request, text] of answered) assert(!text.includes(secret), `${request}: ${secret}`);
  }
  // CAS tokens, and URLs that carry a signature of their own.
  const hidden =
    /X-Amz-Signature=|[?&](?:signature|sig|token)=|AWS4-HMAC-SHA256 Credential|Bearer /i;
  assertEquals(hidden.exec(printed)?.[0], undefined);
  assertEquals(hidden.exec(spans)?.[0], undefined);
  for (const [request, text] of answered) {
    assert(!text.includes(hubHost), `${request} names the Hub: ${text.slice(0, 500)}`);
    assert(
      !/\n\s+at |file:\/\/|\.ts:\d+/.test(text),
      `${request} shows a stack: ${text.slice(0, 500)}`,
    );
  }
});
