import { assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { type BodyOptions, openBody, type VerifiedBody } from "../../lib/auth/body.ts";
import { ChunkSigner } from "../../lib/auth/chunk_signatures.ts";
import type { PayloadForm } from "../../lib/auth/payload_form.ts";
import { S3Error } from "../../lib/errors/s3_error.ts";
import type { S3ErrorCode } from "../../lib/errors/s3_error_table.ts";
import { collect } from "../../lib/http/byte_streams.ts";
import { EXAMPLE } from "./aws_examples.ts";
import { bytesOf, type ChunkKey, streamOf } from "./chunked_bodies.ts";

export const PLAIN: PayloadForm = { kind: "plain" };

export const UNSIGNED: PayloadForm = { kind: "unsigned-chunks-trailer" };

export const HELLO = bytesOf("hello");

export const KEY: ChunkKey = {
  secret: EXAMPLE.secretAccessKey,
  timestamp: "20130524T000000Z",
  region: "us-east-1",
  seed: "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
};

/** Key from "Examples of signature calculations": the HMAC chain for 20130524/us-east-1/s3. */
export const SIGNING_KEY = Uint8Array.fromHex(
  "dbb893acc010964918f1fd433add87c70e8b0db6be30c1fbeafefa5ec6ba8378",
);

/** What a request says of its body when that comes in signed chunks. */
export function signed(trailer: boolean): PayloadForm {
  const signer = new ChunkSigner({
    signingKey: SIGNING_KEY,
    timestamp: KEY.timestamp,
    scope: "20130524/us-east-1/s3/aws4_request",
    seedSignature: KEY.seed,
  });
  return { kind: "signed-chunks", trailer, signer };
}

/** The body of a request, as it comes over the wire in pieces of `sizes`. */
export function open(
  data: Uint8Array,
  headers: Readonly<Record<string, string>>,
  payload: PayloadForm,
  options: BodyOptions = {},
  sizes: readonly number[] = [65536],
): VerifiedBody {
  return openBody(streamOf(data, sizes), new Headers(headers), payload, options);
}

export function read(body: VerifiedBody): Promise<Uint8Array> {
  return collect(body.stream, 1 << 30);
}

/** The code with which a body ends; no digest of it can be had then. */
export async function codeOf(body: VerifiedBody): Promise<S3ErrorCode> {
  const error = await assertRejects(() => read(body), S3Error);
  assertThrows(() => body.digests(), Error, "not ended well");
  return error.code;
}

export function crc32Base64(data: Uint8Array): string {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, crc32(data));
  return bytes.toBase64();
}

export function md5(data: Uint8Array, encoding: "hex" | "base64"): string {
  return createHash("md5").update(data).digest(encoding);
}

export const READ_SIZES = fc.array(fc.integer({ min: 1, max: 3000 }), {
  minLength: 1,
  maxLength: 6,
});
