import { type ChecksumAlgorithm, checksumHeader } from "../checksum/algorithms.ts";
import { decodeDigest } from "../checksum/base64.ts";
import { S3Error } from "../errors/s3_error.ts";
import type { ChunkSigner } from "./chunk_signatures.ts";

const SIGNATURE = "x-amz-trailer-signature";
const TRAILER_LINE = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):(.*)$/;

/** The trailers of a body: lower-case names and trimmed values, in order. */
export type Trailers = ReadonlyMap<string, string>;

/**
 * Reads the trailer of an aws-chunked body. Lines may end in CRLF or LF; blank lines, which some SDKs
 * write between checksum and signature, and the missing of the last line's end are tolerated.
 *
 * @param text What follows the header of the last chunk, a byte per character.
 * @throws {S3Error} MalformedTrailerError for anything that is not `name:value`, and for a name
 * that comes twice.
 */
export function parseTrailers(text: string): Trailers {
  const trailers = new Map<string, string>();
  for (const line of text.split("\n").map((line) => line.replace(/\r$/, ""))) {
    if (line === "") continue;
    const [, name = "", value = ""] = TRAILER_LINE.exec(line) ?? [];
    const lower = name.toLowerCase();
    if (name === "" || trailers.has(lower)) throw new S3Error("MalformedTrailerError");
    trailers.set(lower, value.replace(/^[ \t]+|[ \t]+$/g, ""));
  }
  return trailers;
}

/** What a trailer must be. */
export interface TrailerExpectations {
  /** The algorithm whose checksum `x-amz-trailer` announces. */
  readonly announced: ChecksumAlgorithm | undefined;
  /** Whether the trailer may bear a signature. */
  readonly signed: boolean;
  /** Verifies the signature; absent when there is none or authentication is off. */
  readonly signer?: ChunkSigner;
}

/**
 * Holds a trailer against what was announced and verifies its signature.
 *
 * @param trailers The trailer.
 * @param expected What was announced.
 * @returns The checksum's bytes, when one was announced.
 * @throws {S3Error} MalformedTrailerError when a trailer is missing or was not announced,
 * SignatureDoesNotMatch, InvalidRequest when the value can't be a checksum.
 */
export function checkTrailers(
  trailers: Trailers,
  expected: TrailerExpectations,
): Uint8Array | undefined {
  const { announced, signed, signer } = expected;
  const name = announced === undefined ? undefined : checksumHeader(announced);
  for (const sent of trailers.keys()) {
    if (sent !== name && !(signed && sent === SIGNATURE)) {
      throw malformed(`The trailer ${sent} was not announced in x-amz-trailer`);
    }
  }
  const value = name === undefined ? undefined : trailers.get(name);
  if (name !== undefined && value === undefined) throw malformed(`The trailer ${name} is missing`);
  if (signer !== undefined) verifySignature(trailers, signer);
  if (announced === undefined || value === undefined) return undefined;
  const checksum = decodeDigest(value, announced);
  if (checksum === undefined) {
    throw new S3Error("InvalidRequest", {
      message: `Value for ${name} trailing header is invalid.`,
    });
  }
  return checksum;
}

/** S3 has one message for all; which it was goes to the log. */
const malformed = (detail: string): S3Error =>
  new S3Error("MalformedTrailerError", { cause: new Error(detail) });

function verifySignature(trailers: Trailers, signer: ChunkSigner): void {
  const canonical = [...trailers].filter(([name]) => name !== SIGNATURE)
    .map(([name, value]) => `${name}:${value}\n`).join("");
  if (!signer.verifyTrailer(trailers.get(SIGNATURE) ?? "", canonical)) {
    throw new S3Error("SignatureDoesNotMatch", {
      message: "The signature of the trailer does not match the trailer.",
    });
  }
}
