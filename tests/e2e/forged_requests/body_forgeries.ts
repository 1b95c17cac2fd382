/**
 * Bodies that are not what was signed, or what was promised of them, under heads that are signed well.
 *
 * @module
 */

import { bytesOfChunks, type Chunk, type ChunkedBody } from "../../support/aws_chunked.ts";
import type { RawRequest } from "../../support/raw_connection.ts";
import type { Signer } from "../../support/sign_requests.ts";
import { type RefusalCode, statusOf } from "./forgeries.ts";
import { frame, type Payload, type Sealed, trailerOf } from "./payloads.ts";

/** What is put in the place of a body. */
export interface ForgedBody {
  readonly body: Uint8Array;
  readonly signer: Signer;
  /** What the forger would rather send. */
  readonly other: Uint8Array;
}

/** A way to forge the body of a sealed request. */
export interface BodyForgery {
  readonly name: string;
  readonly status: number;
  readonly code: RefusalCode;
  readonly forge: (sealed: Sealed, forged: ForgedBody) => RawRequest;
}

const whole = (
  name: string,
  code: RefusalCode,
  swap: (body: Uint8Array, forged: ForgedBody) => Uint8Array,
): BodyForgery => ({
  name,
  status: statusOf(code),
  code,
  forge: ({ head, body }, forged) => ({ ...head, body: swap(body, forged) }),
});

const pieces = (
  name: string,
  code: RefusalCode,
  swap: (chunked: ChunkedBody, forged: ForgedBody & { readonly sealed: Sealed }) => ChunkedBody,
): BodyForgery => ({
  name,
  status: statusOf(code),
  code,
  forge: (sealed, forged) => {
    const { head, chunked = { chunks: [], trailer: [] } } = sealed;
    return { ...head, body: bytesOfChunks(swap(chunked, { ...forged, sealed })) };
  },
});

const onChunks = (
  name: string,
  code: RefusalCode,
  swap: (chunks: readonly Chunk[], forged: ForgedBody) => readonly Chunk[],
): BodyForgery =>
  pieces(name, code, ({ chunks, trailer }, forged) => ({ trailer, chunks: swap(chunks, forged) }));

const onTrailer = (
  name: string,
  code: RefusalCode,
  swap: (trailer: readonly string[], forged: ForgedBody) => readonly string[],
): BodyForgery =>
  pieces(name, code, ({ chunks, trailer }, forged) => ({ chunks, trailer: swap(trailer, forged) }));

/** Bytes of the other body, as many as asked for. */
const asLong = ({ other }: ForgedBody, length: number): Uint8Array =>
  new Uint8Array(length).map((_, i) => other[i] ?? 0x20);

/** The data of the first chunk swapped for as many other bytes. */
const swapFirst = ([first, ...rest]: readonly Chunk[], forged: ForgedBody): readonly Chunk[] =>
  first === undefined ? rest : [{ ...first, data: flipped(first.data, forged) }, ...rest];

/** As many other bytes, whose first is never the same. */
function flipped(data: Uint8Array, forged: ForgedBody): Uint8Array {
  const other = asLong(forged, data.length);
  other[0] = (data[0] ?? 0) ^ 1;
  return other;
}

/** What can be forged of a body in a form. */
export function bodyForgeries(payload: Payload): readonly BodyForgery[] {
  const { frame } = payload;
  if (frame === undefined) return wholeForgeries(payload);
  return [
    whole("no frames", "IncompleteBody", (_, { other }) => other),
    whole("an end in the middle", "IncompleteBody", (body) => body.subarray(0, 6)),
    ...frame.signed ? signedChunkForgeries() : unsignedChunkForgeries(),
    ...frame.trailer ? trailerForgeries(frame.signed) : [],
  ];
}

function wholeForgeries({ name }: Payload): readonly BodyForgery[] {
  const code = name === "plain" ? "XAmzContentSHA256Mismatch" : "BadDigest";
  return [
    whole("another body", code, (_, { other }) => other),
    whole("another body of the same length", code, (body, forged) => flipped(body, forged)),
    whole("a byte more", code, (body) => new Uint8Array([...body, 0x20])),
    whole("a byte less", code, (body) => body.subarray(0, -1)),
    whole("no body", code, () => new Uint8Array(0)),
  ];
}

function signedChunkForgeries(): readonly BodyForgery[] {
  const code = "SignatureDoesNotMatch";
  return [
    onChunks("another chunk", code, swapFirst),
    onChunks(
      "chunks in another order",
      code,
      ([first, second, ...rest]) => [second, first, ...rest].flatMap((chunk) => chunk ?? []),
    ),
    onChunks("the first chunk left out", code, (chunks) => chunks.slice(1)),
    onChunks("the last data left out", code, (chunks) => chunks.filter((_, i) => i !== 1)),
    onChunks("the last chunk left out", "IncompleteBody", (chunks) => chunks.slice(0, -1)),
    onChunks(
      "a chunk sent twice",
      "IncompleteBody",
      (chunks) => chunks.flatMap((chunk, i) => i === 1 ? [chunk, chunk] : [chunk]),
    ),
    onChunks("chunks without signatures", code, (chunks) => chunks.map(({ data }) => ({ data }))),
    onChunks(
      "the last chunk without a signature",
      code,
      (chunks) =>
        chunks.map(({ data, signature }, i) =>
          i === chunks.length - 1 || signature === undefined ? { data } : { data, signature }
        ),
    ),
    onChunks(
      "the signature of another chunk",
      code,
      (chunks) => chunks.map((chunk) => ({ ...chunk, signature: chunks.at(-1)?.signature ?? "" })),
    ),
    pieces("chunks of another secret", code, (_, { sealed, signer, other }) =>
      frame(
        asLong({ other, signer, body: sealed.body }, lengthOf(sealed)),
        { signed: true, trailer: (sealed.chunked?.trailer.length ?? 0) > 0 },
        sealed.head,
        { ...signer, secretAccessKey: "wrong" },
      )),
    pieces("chunks of another request", code, ({ trailer }, { sealed, signer, other }) =>
      frame(
        asLong({ other, signer, body: sealed.body }, lengthOf(sealed)),
        { signed: true, trailer: trailer.length > 0 },
        { ...sealed.head, signature: "0".repeat(64) },
        signer,
      )),
  ];
}

function unsignedChunkForgeries(): readonly BodyForgery[] {
  return [
    onChunks("another chunk", "BadDigest", swapFirst),
    onChunks("a chunk left out", "IncompleteBody", (chunks) => chunks.slice(1)),
    onChunks("the last chunk left out", "IncompleteBody", (chunks) => chunks.slice(0, -1)),
    onChunks(
      "a chunk sent twice",
      "IncompleteBody",
      (chunks) => chunks.flatMap((chunk, i) => i === 1 ? [chunk, chunk] : [chunk]),
    ),
  ];
}

function trailerForgeries(signed: boolean): readonly BodyForgery[] {
  const changed = signed ? "SignatureDoesNotMatch" : "BadDigest";
  const all = [
    onTrailer("another trailer", changed, ([, ...rest], { other }) => [trailerOf(other), ...rest]),
    onTrailer("no trailer", "MalformedTrailerError", () => []),
    onTrailer("no checksum in the trailer", "MalformedTrailerError", ([, ...rest]) => rest),
    onTrailer("a checksum of another name", "MalformedTrailerError", ([line = "", ...rest]) => [
      line.replace("sha256", "sha1"),
      ...rest,
    ]),
    onTrailer("the checksum twice", "MalformedTrailerError", ([line = "", ...rest]) => [
      line,
      line,
      ...rest,
    ]),
    onTrailer("a trailer more", "MalformedTrailerError", (lines) => ["x-amz-meta-a:1", ...lines]),
  ];
  if (!signed) return all;
  return [
    ...all,
    onTrailer("a trailer without a signature", changed, ([line = ""]) => [line]),
    onTrailer("another signature of the trailer", changed, ([line = ""]) => [
      line,
      `x-amz-trailer-signature:${"0".repeat(64)}`,
    ]),
  ];
}

/** The length of the data in frames. */
const lengthOf = ({ chunked }: Sealed): number =>
  chunked?.chunks.reduce((sum, { data }) => sum + data.length, 0) ?? 0;

/** Headers that say how a body is to be read, replaced after they were signed. */
export const FRAMING_FORGERIES: readonly {
  readonly name: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
}[] = [
  { name: "another length written in", headers: { "x-amz-decoded-content-length": "1" } },
  { name: "another form written in", headers: { "x-amz-content-sha256": "UNSIGNED-PAYLOAD" } },
  {
    name: "unsigned chunks written in",
    headers: { "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER" },
  },
  { name: "another trailer announced", headers: { "x-amz-trailer": "x-amz-checksum-crc32" } },
  { name: "no trailer announced", headers: { "x-amz-trailer": undefined } },
];
