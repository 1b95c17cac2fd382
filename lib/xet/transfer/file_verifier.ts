import { XetFormatError } from "../error.ts";
import { equalHashes, FileHasher, printHash } from "../hash/mod.ts";
import type { FileWindow } from "./file_window.ts";

/** Computes the file hash of a file that is read whole, in windows. */
export class FileVerifier {
  readonly #hasher = new FileHasher();
  #position = 0;
  #last: { readonly start: number; readonly hash: Uint8Array } | undefined;

  /**
   * Adds the next window. A chunk that reaches over its border is in the next one again: then it
   * must be the same.
   *
   * @throws XetFormatError if the windows do not fit together.
   */
  add({ chunks, start }: FileWindow): void {
    let position = start;
    for (let i = 0; i < chunks.count; i++) {
      const [hash, size] = [chunks.hash(i), chunks.size(i)];
      if (position === this.#position) {
        this.#hasher.add(hash, size);
        this.#last = { start: position, hash };
        this.#position += size;
      } else if (this.#last?.start !== position || !equalHashes(this.#last.hash, hash)) {
        throw new XetFormatError(`A file read twice at byte ${position} differs`);
      }
      position += size;
    }
  }

  /**
   * All windows were added.
   *
   * @param content What they should make.
   * @throws XetFormatError if they do not.
   */
  finish(content: { readonly hash: string; readonly size: number }): void {
    if (this.#position !== content.size) {
      throw new XetFormatError(`A file of ${content.size} bytes has ${this.#position} in the CAS`);
    }
    const hash = printHash(this.#hasher.digest());
    if (hash !== content.hash) {
      throw new XetFormatError(`The bytes of file ${content.hash} have the hash ${hash}`);
    }
  }
}
