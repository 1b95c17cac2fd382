/** Xorbs or shards in memory, for tests and throw-away hubs. */

import { assertBlobName, type BlobFiles, type BlobWriter } from "./blob_files.ts";

const PIECE_BYTES = 1 << 20;

/** Makes an empty store in memory. */
export function memoryBlobFiles(): BlobFiles {
  const bodies = new Map<string, Uint8Array<ArrayBuffer>>();
  return {
    begin: () => Promise.resolve(memoryWriter(bodies)),
    read(hash, first, last) {
      const body = bodies.get(hash);
      if (body === undefined) throw new Deno.errors.NotFound(`No blob ${hash}`);
      if (last >= body.length) throw new RangeError(`Blob ${hash} ends before byte ${last}`);
      let at = first;
      return new ReadableStream({
        pull(controller) {
          if (at > last) return controller.close();
          const end = Math.min(at + PIECE_BYTES, last + 1);
          // A copy: who reads the stream may transfer or change the buffer.
          controller.enqueue(body.slice(at, end));
          at = end;
        },
      }, { highWaterMark: 0 });
    },
    size: (hash) => Promise.resolve(bodies.get(hash)?.length),
  };
}

function memoryWriter(bodies: Map<string, Uint8Array<ArrayBuffer>>): BlobWriter {
  let pieces: Uint8Array[] = [];
  let length = 0;
  return {
    write(bytes) {
      pieces.push(bytes.slice());
      length += bytes.length;
      return Promise.resolve();
    },
    commit(hash) {
      assertBlobName(hash);
      const body = new Uint8Array(length);
      let at = 0;
      for (const piece of pieces) {
        body.set(piece, at);
        at += piece.length;
      }
      pieces = [];
      bodies.set(hash, body);
      return Promise.resolve();
    },
    abort() {
      pieces = [];
      return Promise.resolve();
    },
  };
}
