import { XetFormatError } from "../error.ts";
import { ChunkList, FileHasher, printHash } from "../hash/mod.ts";
import { hashesOf, lengthsOf } from "./block.ts";
import type { FileRun } from "./file_reader.ts";
import type { KnownHashes } from "./known_hashes.ts";

interface OpenTerm {
  readonly xorbHash: string;
  readonly start: number;
  end: number;
  length: number;
}

/** Of so many chunks (2 GiB) hashes are remembered; what is held must not grow with the file. */
const MAX_REMEMBERED = 32_768;

/** Computes the file hash of a file that is read whole. */
export class FileVerifier {
  readonly #hasher = new FileHasher();
  readonly #terms: OpenTerm[] = [];
  readonly #chunks = new ChunkList();
  #position = 0;

  /**
   * Adds the next chunks; those that were added before count once.
   *
   * @throws XetFormatError if they do not fit together.
   */
  add(run: FileRun): void {
    const hashes = hashesOf(run);
    if (hashes === undefined) {
      throw new TypeError("A file is verified without the hashes of its chunks");
    }
    let position = run.position;
    lengthsOf(run).forEach((length, i) => {
      const start = position;
      position += length;
      if (position <= this.#position && length > 0) return;
      if (start !== this.#position) {
        throw new XetFormatError(`A chunk of a file begins at byte ${start}, inside another one`);
      }
      this.#add(run, run.start + i, hashes.subarray(i * 32, i * 32 + 32), length);
    });
  }

  /**
   * All chunks were added.
   *
   * @param content What they should make.
   * @param known Where their hashes are remembered, now that they are certain.
   * @throws XetFormatError if they make something else.
   */
  finish(content: { readonly hash: string; readonly size: number }, known: KnownHashes): void {
    if (this.#position !== content.size) {
      throw new XetFormatError(`A file of ${content.size} bytes has ${this.#position} in the CAS`);
    }
    const hash = printHash(this.#hasher.digest());
    if (hash !== content.hash) {
      throw new XetFormatError(`The bytes of file ${content.hash} have the hash ${hash}`);
    }
    known.addFile({ terms: this.#terms, chunks: this.#chunks });
  }

  #add({ block: { xorb } }: FileRun, index: number, hash: Uint8Array, length: number): void {
    this.#hasher.add(hash, length);
    this.#position += length;
    if (this.#chunks.count === MAX_REMEMBERED) return;
    this.#chunks.push(hash, length);
    const last = this.#terms.at(-1);
    if (last?.xorbHash === xorb && last.end === index) {
      last.end++;
      last.length += length;
    } else {
      this.#terms.push({ xorbHash: xorb, start: index, end: index + 1, length });
    }
  }
}
