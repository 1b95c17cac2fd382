import { ChunkList, parseHash } from "../../lib/xet/hash/mod.ts";
import { splitmixWords } from "./vector_input.ts";

/** Reads a file of `tests/vectors/xet`. */
export function readVector(name: string): Uint8Array<ArrayBuffer> {
  return Deno.readFileSync(new URL(`../vectors/xet/${name}`, import.meta.url));
}

/** Reads a JSON file of `tests/vectors/xet`, whose shape the caller states. */
export function readJsonVector<T>(name: string): T {
  // The vectors are data of this repository; a wrong shape fails the test that reads it.
  return JSON.parse(new TextDecoder().decode(readVector(name))) as T;
}

/** A made-up list of `count` chunks: per chunk four splitmix outputs of hash, one of length. */
export function vectorChunks(seed: number, count: number): ChunkList {
  const list = new ChunkList(count);
  const words = splitmixWords(seed);
  const hash = new Uint8Array(32);
  const view = new DataView(hash.buffer);
  const next = () => words.next().value ?? 0n;
  for (let i = 0; i < count; i++) {
    for (let at = 0; at < 32; at += 8) view.setBigUint64(at, next(), true);
    list.push(hash, 8192 + Number(next() % 122881n));
  }
  return list;
}

/** A list of chunks from printed hashes and lengths. */
export function chunkList(hashes: readonly string[], lengths: readonly number[]): ChunkList {
  const list = new ChunkList(hashes.length);
  for (const [i, hash] of hashes.entries()) list.push(parseHash(hash), lengths[i] ?? 0);
  return list;
}
