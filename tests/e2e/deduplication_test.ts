import { assert, assertEquals, assertMatch } from "@std/assert";
import { createEmbeddedHub, type EmbeddedHub } from "../../lib/create_embedded_hub.ts";
import { createGateway } from "../../lib/create_gateway.ts";
import type { Gateway, GatewayOptions } from "../../lib/gateway_options.ts";
import { randomBytes, sha256 } from "../support/random_bytes.ts";

const MIB = 1 << 20;

type Body = Uint8Array<ArrayBuffer>;

/** Unsigned requests to a gateway without a server, and what its hub has counted. */
class Setting {
  readonly hub: EmbeddedHub;
  readonly #gateway: Gateway;

  constructor(hub: EmbeddedHub, options: Partial<GatewayOptions> = {}) {
    this.hub = hub;
    this.#gateway = createGateway({
      token: hub.token,
      endpoint: hub.url,
      allowAnonymous: true,
      ...options,
    });
  }

  /** Sends a request and gives the answer; anything but success fails the test. */
  async send(
    method: string,
    target: string,
    body?: Body | string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Response> {
    const length = body === undefined ? {} : { "content-length": String(body.length) };
    const response = await this.#gateway.handler(
      new Request(`http://localhost/${target}`, {
        method,
        headers: { ...length, ...headers },
        ...(body !== undefined && { body }),
      }),
    );
    if (!response.ok) throw new Error(`${method} ${target}: ${await response.text()}`);
    return response;
  }

  /** Puts an object and gives its Xet hash; its bytes must be what comes back. */
  async put(target: string, body: Body): Promise<string> {
    const hash = (await this.send("PUT", target, body)).headers.get("x-hf-xet-hash") ?? "";
    assertMatch(hash, /^[0-9a-f]{64}$/);
    await this.check(target, body);
    return hash;
  }

  async check(target: string, body: Body): Promise<void> {
    const back = await (await this.send("GET", target)).bytes();
    assertEquals(await sha256(back), await sha256(body));
  }

  /** Sends an object in parts and gives its Xet hash. */
  async putParts(target: string, parts: readonly (Body | Readonly<Record<string, string>>)[]) {
    const begun = await (await this.send("POST", `${target}?uploads`)).text();
    const id = /<UploadId>([^<]+)</.exec(begun)?.[1] ?? "";
    const listed = [];
    for (const [i, part] of parts.entries()) {
      const place = `${target}?partNumber=${i + 1}&uploadId=${id}`;
      const etag = part instanceof Uint8Array
        ? (await this.send("PUT", place, part)).headers.get("etag") ?? ""
        : /<ETag>([^<]+)</.exec(await (await this.send("PUT", place, undefined, part)).text())?.[1];
      listed.push(`<Part><PartNumber>${i + 1}</PartNumber><ETag>${etag}</ETag></Part>`);
    }
    const list = `<CompleteMultipartUpload>${listed.join("")}</CompleteMultipartUpload>`;
    const answer = await this.send("POST", `${target}?uploadId=${id}`, list);
    const text = await answer.text();
    assert(text.includes("<ETag>"), text);
    return answer.headers.get("x-hf-xet-hash") ?? "";
  }

  /** Bytes of xorbs that were sent since the last time. */
  sent(): number {
    const { bytesIn } = this.hub.counters.of("cas.xorb.post");
    this.hub.counters.reset();
    return bytesIn;
  }

  async close(): Promise<void> {
    await this.#gateway.close();
  }
}

async function withGateway(
  test: (setting: Setting) => Promise<void>,
  options: Partial<GatewayOptions> = {},
): Promise<void> {
  const hub = await createEmbeddedHub();
  const setting = new Setting(hub, options);
  try {
    await setting.send("PUT", "bucket");
    await setting.send("PUT", "other");
    await test(setting);
  } finally {
    await setting.close();
    await hub.close();
  }
}

/** The bytes with others put in. */
function inserted(bytes: Body, at: number, more: Body): Body {
  const result = new Uint8Array(bytes.length + more.length);
  result.set(bytes.subarray(0, at));
  result.set(more, at);
  result.set(bytes.subarray(at), at + more.length);
  return result;
}

Deno.test("an object again, under another key and in another bucket, sends under 1 % of its bytes", () =>
  withGateway(async (setting) => {
    const body = randomBytes(64 * MIB, 1);
    const hash = await setting.put("bucket/first", body);
    assert(setting.sent() > body.length);
    for (const target of ["bucket/first", "bucket/second", "other/third"]) {
      assertEquals(await setting.put(target, body), hash);
      assert(setting.sent() < body.length / 100);
    }
  }));

Deno.test("an object with a 64th of it inserted in the middle sends little more than that", () =>
  withGateway(async (setting) => {
    const body = randomBytes(64 * MIB, 2);
    await setting.put("bucket/first", body);
    setting.sent();
    const changed = inserted(body, 30 * MIB + 77, randomBytes(MIB, 3));
    const hash = await setting.put("bucket/second", changed);
    assert(setting.sent() < body.length * 3 / 100);
    const elsewhere = await createEmbeddedHub();
    const alone = new Setting(elsewhere);
    await alone.send("PUT", "bucket");
    assertEquals(await alone.put("bucket/second", changed), hash, "hash without deduplication");
    await alone.close();
    await elsewhere.close();
  }));

Deno.test("a restarted gateway asks for the first chunk, and sends nothing of what is known", () =>
  withGateway(async (setting) => {
    const body = randomBytes(32 * MIB, 4);
    const hash = await setting.put("bucket/first", body);
    setting.sent();
    const restarted = new Setting(setting.hub);
    assertEquals(await restarted.put("bucket/second", body), hash);
    assert(setting.hub.counters.of("cas.chunks").calls >= 1);
    assert(setting.sent() < body.length / 100);
    await restarted.close();
  }));

Deno.test("an object is stored although what it was deduplicated against is gone", () =>
  withGateway(async (setting) => {
    for (
      const [name, body] of [
        ["small", randomBytes(10_000, 5)],
        ["large", randomBytes(40 * MIB, 6)],
      ] as const
    ) {
      await setting.put(`bucket/${name}`, body);
      for (const xorb of await xorbsOf(setting.hub, `bucket/${name}`)) setting.hub.forgetXorb(xorb);
      setting.sent();
      await setting.put(`bucket/${name}`, body);
      assert(setting.sent() > body.length);
    }
  }));

/** The xorbs that an object is made of. */
async function xorbsOf(hub: EmbeddedHub, path: string): Promise<Set<string>> {
  const headers = { authorization: `Bearer ${hub.token}` };
  const [bucket = "", name = ""] = path.split("/");
  const api = `${hub.url}/api/buckets/local/${bucket}`;
  const token = await (await fetch(`${api}/xet-read-token`, { headers })).json();
  const found = await fetch(`${api}/paths-info`, {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body: JSON.stringify({ paths: [name] }),
  });
  const [{ xetHash }] = await found.json();
  const answer = await fetch(`${token.casUrl}/v1/reconstructions/${xetHash}`, {
    headers: { authorization: `Bearer ${token.accessToken}` },
  });
  const { terms } = await answer.json();
  return new Set(terms.map(({ hash }: { hash: string }) => hash));
}

Deno.test("parts are deduplicated against objects and other parts", () =>
  withGateway(async (setting) => {
    const body = randomBytes(24 * MIB, 7);
    const hash = await setting.put("bucket/whole", body);
    setting.sent();
    const parts = [0, 1, 2].map((i) => body.slice(i * 8 * MIB, (i + 1) * 8 * MIB));
    assertEquals(await setting.putParts("bucket/parts", parts), hash);
    // A part begins with chunks of its own, up to where cuts meet.
    assert(setting.sent() < 12 * 131_072);
  }));

Deno.test("parts that are copied are referenced: their bytes are neither read nor sent", () =>
  withGateway(async (setting) => {
    const body = randomBytes(48 * MIB, 8);
    const hash = await setting.put("bucket/source", body);
    const copy = (first: number, last: number) => ({
      "x-amz-copy-source": "/bucket/source",
      "x-amz-copy-source-range": `bytes=${first}-${last}`,
    });
    setting.hub.counters.reset();
    const all = [0, 1, 2, 3, 4, 5].map((i) => copy(i * 8 * MIB, (i + 1) * 8 * MIB - 1));
    assertEquals(await setting.putParts("other/copy", all), hash);
    assertEquals(setting.hub.counters.of("cas.data").calls, 0);
    assertEquals(setting.hub.counters.of("cas.reconstruction").calls, 0);
    assert(setting.sent() < 4096); // the list of its parts
    await setting.check("other/copy", body);
    setting.hub.counters.reset();
    const some = [copy(5, 20 * MIB), randomBytes(6 * MIB, 9), copy(30 * MIB + 1, 48 * MIB - 1)];
    await setting.putParts("other/mixed", some);
    const read = setting.hub.counters.of("cas.data").bytesOut;
    assert(read < 24 * 131_072, `${read} bytes were read`);
    assert(setting.sent() < 6 * MIB + 16 * 131_072);
    const joined = [body.slice(5, 20 * MIB + 1), randomBytes(6 * MIB, 9), body.slice(30 * MIB + 1)];
    await setting.check("other/mixed", new Uint8Array(await new Blob(joined).arrayBuffer()));
  }));
