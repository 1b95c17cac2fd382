import { createHash } from "node:crypto";
import { S3Error } from "../errors/s3_error.ts";
import type { ChunkSigner } from "./chunk_signatures.ts";

/** The largest signed chunk: its bytes are on their way before its signature can be checked. */
const MAX_SIGNED_CHUNK = 16 * 1024 * 1024;
const MAX_CHUNK_HEADER = 1024;
const MAX_TRAILER = 16 * 1024;

const CHUNK_HEADER = /^([0-9a-fA-F]{1,16})[ \t]*((?:;[^;]*)*)$/;
const CHUNK_SIGNATURE = /;[ \t]*chunk-signature=([0-9a-fA-F]{64})[ \t]*(?:;|$)/;

const CR = 0x0d;
const LF = 0x0a;

/** What a chunked body must be. */
export interface ChunkedExpectations {
  /** The sum of the chunk sizes: `x-amz-decoded-content-length`. */
  readonly length: number;
  /** Whether each chunk bears a signature. */
  readonly signed: boolean;
  /** Verifies the signatures; absent when authentication is off. */
  readonly signer?: ChunkSigner;
}

type State = "header" | "data" | "data-end" | "trailer";

/**
 * Takes the framing off an aws-chunked body ("Transferring payload in multiple chunks" in the
 * Amazon S3 API reference): `hexsize[;chunk-signature=hex]CRLF data CRLF` and so on, a chunk of size
 * 0, then the trailer. Fed with blocks of any size; no chunk is held.
 */
export class AwsChunkedDecoder {
  readonly #expected: ChunkedExpectations;
  #state: State = "header";
  /** The bytes of a chunk header or of the trailer so far, or how much of a CRLF was seen. */
  #line: number[] = [];
  /** What is left of the chunk. */
  #remaining = 0;
  #decoded = 0;
  #signature = "";
  #hash = createHash("sha256");

  /**
   * Starts before the first chunk.
   *
   * @param expected Length and signatures.
   */
  constructor(expected: ChunkedExpectations) {
    this.#expected = expected;
  }

  /**
   * Decodes the next block, in place.
   *
   * @param block Bytes as they came; runs of data are moved together in it.
   * @returns The data in it: the beginning of the block.
   * @throws {S3Error} IncompleteBody for broken framing, SignatureDoesNotMatch, InvalidRequest,
   * MalformedTrailerError.
   */
  push(block: Uint8Array): Uint8Array {
    let size = 0;
    for (let at = 0; at < block.length;) {
      if (this.#state === "data") {
        const run = block.subarray(at, at + this.#remaining);
        this.#takeData(run);
        block.copyWithin(size, at, at + run.length);
        size += run.length;
        at += run.length;
      } else {
        this.#takeFraming(block[at] ?? 0);
        at++;
      }
    }
    return block.subarray(0, size);
  }

  /**
   * Ends the body.
   *
   * @returns The trailer's text, from behind the last chunk's header, a byte per character.
   * @throws {S3Error} IncompleteBody when the body ended before its last chunk.
   */
  end(): string {
    if (this.#state !== "trailer") {
      throw broken("it ended before its last chunk");
    }
    return asciiOf(this.#line);
  }

  #takeData(run: Uint8Array): void {
    this.#remaining -= run.length;
    if (this.#expected.signer !== undefined) this.#hash.update(run);
    if (this.#remaining === 0) {
      this.#verifyChunk();
      this.#state = "data-end";
    }
  }

  #takeFraming(byte: number): void {
    this.#line.push(byte);
    if (this.#state === "trailer") {
      if (this.#line.length > MAX_TRAILER) throw new S3Error("MalformedTrailerError");
    } else if (this.#state === "data-end") {
      if (byte !== (this.#line.length === 1 ? CR : LF)) throw broken("no CRLF after a chunk");
      if (this.#line.length === 2) this.#enter("header");
    } else {
      if (this.#line.length > MAX_CHUNK_HEADER) throw broken("a chunk header is too long");
      if (byte === LF) this.#readHeader();
    }
  }

  #readHeader(): void {
    if (this.#line.at(-2) !== CR) throw broken("a chunk header does not end in CRLF");
    const match = CHUNK_HEADER.exec(asciiOf(this.#line.slice(0, -2)));
    if (match === null) throw broken("a chunk header is not well-formed");
    const [, size = "", extensions = ""] = match;
    this.#remaining = this.#checkedSize(parseInt(size, 16));
    this.#signature = this.#readSignature(extensions);
    if (this.#remaining > 0) return this.#enter("data");
    this.#verifyChunk();
    if (this.#decoded !== this.#expected.length) {
      throw otherLength(`it has ${this.#decoded} of ${this.#expected.length} bytes`);
    }
    this.#enter("trailer");
  }

  #checkedSize(size: number): number {
    if (this.#expected.signed && size > MAX_SIGNED_CHUNK) {
      throw new S3Error("InvalidRequest", {
        message: `A signed chunk has at most ${MAX_SIGNED_CHUNK} bytes`,
      });
    }
    this.#decoded += size;
    if (this.#decoded > this.#expected.length) {
      throw otherLength(`it has more than ${this.#expected.length} bytes`);
    }
    return size;
  }

  #readSignature(extensions: string): string {
    const signature = CHUNK_SIGNATURE.exec(extensions)?.[1];
    if (signature === undefined && this.#expected.signer !== undefined) {
      throw new S3Error("SignatureDoesNotMatch", { message: "A chunk has no signature" });
    }
    return signature ?? "";
  }

  #verifyChunk(): void {
    const { signer } = this.#expected;
    if (signer === undefined) return;
    const sha256 = this.#hash.digest("hex");
    this.#hash = createHash("sha256");
    if (!signer.verifyChunk(this.#signature, sha256)) {
      throw new S3Error("SignatureDoesNotMatch", {
        message: "The signature of a chunk does not match the chunk.",
      });
    }
  }

  #enter(state: State): void {
    this.#state = state;
    this.#line = [];
  }
}

function asciiOf(bytes: readonly number[]): string {
  return bytes.map((byte) => String.fromCharCode(byte)).join("");
}

/** S3 tells broken framing and another length apart, and no more; the rest goes to the log. */
const broken = (detail: string): S3Error =>
  new S3Error("IncompleteBody", {
    message: "The request body terminated unexpectedly",
    cause: new Error(`An aws-chunked body is not well-formed: ${detail}`),
  });

const otherLength = (detail: string): S3Error =>
  new S3Error("IncompleteBody", { cause: new Error(`An aws-chunked body: ${detail}`) });
