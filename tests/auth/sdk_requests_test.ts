/**
 * What `@aws-sdk/client-s3` really sends, over HTTP, through authentication and body.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { PutObjectCommand, S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import { Buffer } from "node:buffer";
import { Readable } from "node:stream";
import { Authenticator } from "../../lib/auth/authenticator.ts";
import { openBody } from "../../lib/auth/body.ts";
import { S3Error } from "../../lib/errors/s3_error.ts";
import { collect, drain } from "../../lib/http/byte_streams.ts";
import { parseTarget } from "../../lib/http/request_target.ts";
import { EXAMPLE } from "./aws_examples.ts";

interface Received {
  readonly kind: string;
  readonly framing: string;
  readonly key: string;
  readonly size: number;
  readonly checksums: Readonly<Record<string, string | undefined>>;
  readonly same: boolean;
}

const DATA = new Uint8Array(300_000).map((_, index) => index * 17);

/** Puts an object into a server that just authenticates and reads, and returns what it saw. */
async function put(
  key: string,
  body: () => Uint8Array | Readable | string,
  options: Partial<S3ClientConfig> = {},
  extra: { readonly ChecksumAlgorithm?: "CRC32C" | "CRC64NVME" | "SHA1" | "SHA256" } = {},
): Promise<Received | string> {
  let received: Received | string = "nothing";
  const authenticator = new Authenticator({
    lookup: (id) => id === EXAMPLE.accessKeyId ? EXAMPLE : undefined,
  });
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    try {
      const { method, headers } = request;
      const target = parseTarget(request.url);
      const who = authenticator.authenticate({ method, headers, ...target });
      const opened = openBody(request.body, headers, who.payload);
      const bytes = await collect(opened.stream, 1 << 20);
      const { checksums, length } = opened.digests();
      const same = bytes.length === DATA.length && bytes.every((byte, at) => byte === DATA[at]);
      const framing = who.payload.kind;
      received = { kind: who.kind, framing, key: target.rawPath, size: length, checksums, same };
      return new Response(null, { headers: { etag: '"x-1"' } });
    } catch (error) {
      if (!(error instanceof S3Error)) throw error;
      received = error.code;
      await drain(request.body);
      return new Response(null, { status: error.status });
    }
  });
  const client = new S3Client({
    endpoint: `http://127.0.0.1:${server.addr.port}`,
    forcePathStyle: true,
    region: "us-east-1",
    credentials: { ...EXAMPLE },
    maxAttempts: 1,
    ...options,
  });
  const length = body() instanceof Readable ? { ContentLength: DATA.length } : {};
  const command = new PutObjectCommand({
    Bucket: "b",
    Key: key,
    Body: body(),
    ...length,
    ...extra,
  });
  await client.send(command).catch((error) => {
    if (typeof received !== "string") throw error;
  });
  client.destroy();
  await server.shutdown();
  return received;
}

function stream(): Readable {
  return Readable.from([
    Buffer.from(DATA.subarray(0, 100_001)),
    Buffer.from(DATA.subarray(100_001)),
  ]);
}

Deno.test("the SDK's body in memory comes plain, with its hash and a checksum", async () => {
  const received = await put("a b+c/é'()*!.txt", () => DATA);
  assertEquals(typeof received === "string" ? received : { ...received, checksums: undefined }, {
    kind: "header-v4",
    framing: "plain",
    key: "/b/a%20b%2Bc/%C3%A9%27%28%29%2A%21.txt",
    size: DATA.length,
    checksums: undefined,
    same: true,
  });
});

for (const ChecksumAlgorithm of ["CRC32C", "CRC64NVME", "SHA1", "SHA256"] as const) {
  Deno.test(`the SDK's stream comes in chunks with a ${ChecksumAlgorithm} trailer`, async () => {
    const received = await put("k", stream, {}, { ChecksumAlgorithm });
    if (typeof received === "string") throw new Error(received);
    assertEquals([received.framing, received.same], ["unsigned-chunks-trailer", true]);
    assertEquals(Object.keys(received.checksums), [ChecksumAlgorithm]);
  });
}

Deno.test("the SDK with a wrong secret or an unknown key is refused", async () => {
  const wrong = { credentials: { ...EXAMPLE, secretAccessKey: "wrong" } };
  assertEquals(await put("k", () => DATA, wrong), "SignatureDoesNotMatch");
  const unknown = { credentials: { ...EXAMPLE, accessKeyId: "AKIAUNKNOWN" } };
  assertEquals(await put("k", () => DATA, unknown), "InvalidAccessKeyId");
});

Deno.test("the SDK with its clock an hour off is refused", async () => {
  const skewed = { systemClockOffset: 3_600_000 };
  assertEquals(await put("k", () => DATA, skewed), "RequestTimeTooSkewed");
});
