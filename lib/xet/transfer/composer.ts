import type { FileRange } from "../cas/cas_options.ts";
import { ChunkEncoder, MAX_CHUNK_LENGTH } from "../engine/mod.ts";
import type { Term } from "../format/mod.ts";
import { ChunkList } from "../hash/mod.ts";
import type { TransferContext } from "./context.ts";
import { type FileChunk, readFileChunks } from "./file_chunks.ts";
import type { FileName, FileSlice } from "./file_part.ts";
import type { FileWriter } from "./file_writer.ts";
import type { PartEdges } from "./part_edges.ts";
import { endsSettled, type PartView } from "./part_view.ts";
import type { StoredChunks } from "./recipe_list.ts";
import { readChunks, type RecipeReaderOptions } from "./recipe_reader.ts";
import type { SliceLayout } from "./slice_layout.ts";
import { StoredRun } from "./stored_run.ts";

/** Most chunks that are read back at once where cuts do not meet: 4 MiB. */
const MAX_CHUNKS_READ = 32;

/** Where a chunk is stored. */
interface StoredPlace {
  readonly xorbHash: string;
  readonly index: number;
}

/** Puts parts one behind the other: cuts anew where they meet, and references the rest. */
export class Composer {
  readonly #encoder = new ChunkEncoder();
  readonly #writer: FileWriter;
  readonly #reading: RecipeReaderOptions;

  /**
   * @param writer The file.
   * @param reading Where parts are read.
   */
  constructor(writer: FileWriter, reading: RecipeReaderOptions) {
    this.#writer = writer;
    this.#reading = reading;
  }

  /**
   * Adds a part whose chunks are known.
   *
   * @param part Which.
   * @param edges The bytes at its borders.
   * @param isLast Whether no other part follows.
   */
  async addPart(part: PartView, edges: PartEdges, isLast: boolean): Promise<void> {
    const { count } = part;
    // The last chunk ended with the part; in the whole it may go on.
    const settled = isLast || endsSettled(part) ? count : count - 1;
    let next = await this.#cutHead(edges);
    const end = edges.tail === undefined ? count : count - 1;
    if (next < (this.#encoder.pending > 0 ? end : settled)) {
      next = await this.#addRuns(part, next, settled, end);
    }
    if (next === count) return;
    const tail = edges.tail ?? edges.head[next];
    if (tail === undefined) throw new TypeError("The last chunk of a part was not read");
    await this.#reserveAndCut(tail);
  }

  /**
   * Adds a slice of a file.
   *
   * @param context Where it is read.
   * @param slice Which.
   * @param layout How it is made.
   * @param isLast Whether no other part follows.
   */
  async addSlice(
    context: TransferContext,
    slice: FileSlice,
    { terms, middle }: SliceLayout,
    isLast: boolean,
  ): Promise<void> {
    const { first, last } = slice.range;
    const places = placesOf(terms);
    const add = (range: FileRange, from: Iterator<StoredPlace>) =>
      this.#addChunks(context, slice, range, from, isLast);
    if (middle === undefined) return await add({ first, last }, places);
    if (first < middle.from) await add({ first, last: middle.from - 1 }, places);
    // In a file that was cut by other rules cuts may not have met: then all of it is read.
    if (this.#encoder.pending > 0) return await add({ first: middle.from, last }, places);
    this.#writer.reference(new StoredRun(middle.terms, middle.chunks));
    if (middle.to > last) return;
    const { xorbHash, end } = terms.at(-1) ?? { xorbHash: "", end: 0 };
    await add({ first: middle.to, last }, [{ xorbHash, index: end - 1 }].values());
  }

  /** Registers the file. */
  async finish(): Promise<FileName> {
    await this.#writer.reserve(this.#encoder.pending);
    this.#writer.add(this.#encoder.finish());
    return await this.#writer.finish();
  }

  /** Gives up the encoder. */
  [Symbol.dispose](): void {
    this.#encoder.dispose();
  }

  /** Cuts the first chunks of a part until cuts meet; gives how many it were. */
  async #cutHead({ head }: PartEdges): Promise<number> {
    let next = 0;
    while (this.#encoder.pending > 0 && next < head.length) {
      await this.#reserveAndCut(head[next++] ?? new Uint8Array(0));
    }
    return next;
  }

  /**
   * Goes on with chunk `next` of a part: cuts anew until cuts meet, but not beyond `end`, then
   * references what is settled. Gives the number of the first chunk that is not yet in the file.
   */
  async #addRuns(part: PartView, next: number, settled: number, end: number): Promise<number> {
    const { turn, signal } = this.#reading;
    let [first, offset] = [0, 0];
    for await (const run of part.runs(signal)) {
      const { count, totalSize } = run.chunks;
      const toCut = Math.min(count, end - first);
      const from = Math.max(0, next - first);
      if (from < toCut && this.#encoder.pending > 0) {
        next += await this.#cutRun(part, run.chunks.slice(0, toCut), from, offset);
      }
      const start = Math.max(0, next - first);
      const stop = Math.min(count, settled - first);
      if (start < stop && this.#encoder.pending === 0) {
        turn.run(() => this.#writer.reference(StoredRun.of(run, start, stop)));
        await turn.pause();
        await this.#writer.settle();
        next = first + stop;
      }
      first += count;
      offset += totalSize;
    }
    return next;
  }

  /** Reads chunks of a run back and cuts them anew until cuts meet; gives how many it were. */
  async #cutRun(part: PartView, chunks: ChunkList, from: number, offset: number): Promise<number> {
    let next = from;
    let position = offset + chunks.slice(0, from).totalSize;
    for (let ahead = 2; next < chunks.count; ahead = Math.min(2 * ahead, MAX_CHUNKS_READ)) {
      const wanted = chunks.slice(next, Math.min(chunks.count, next + ahead));
      // One reservation for what is read and for what is packed of it: nothing is held while waiting.
      await this.#writer.reserve(2 * wanted.totalSize + this.#encoder.pending);
      for (const bytes of await readChunks(part.hash, position, wanted, this.#reading)) {
        await this.#cut(bytes);
        next++;
        if (this.#encoder.pending === 0) break;
      }
      this.#writer.release();
      if (this.#encoder.pending === 0) break;
      position += wanted.totalSize;
    }
    return next - from;
  }

  /** Reads chunks of a slice: cuts those anew that have to be, and references the others. */
  async #addChunks(
    context: TransferContext,
    slice: FileSlice,
    range: FileRange,
    places: Iterator<StoredPlace>,
    isLast: boolean,
  ): Promise<void> {
    let run: StoredChunks | undefined;
    const reference = () => {
      if (run !== undefined) this.#writer.reference(StoredRun.of(run, 0, run.chunks.count));
      run = undefined;
    };
    for await (const chunk of readFileChunks(context, slice.hash, range, this.#reading.signal)) {
      const place = places.next().value;
      if (place === undefined) throw new TypeError("A slice has more chunks than its terms");
      if (this.#encoder.pending > 0 || !isSettled(chunk, slice, isLast)) {
        reference();
        await this.#reserveAndCut(chunk.bytes);
        continue;
      }
      if (run !== undefined && !goesOn(run, place)) reference();
      run ??= { xorbHash: place.xorbHash, start: place.index, chunks: new ChunkList() };
      run.chunks.push(chunk.hash, chunk.size);
    }
    reference();
  }

  async #reserveAndCut(bytes: Uint8Array): Promise<void> {
    await this.#writer.reserve(bytes.length + this.#encoder.pending);
    await this.#cut(bytes);
    this.#writer.release();
  }

  async #cut(bytes: Uint8Array): Promise<void> {
    const { turn } = this.#reading;
    turn.run(() => this.#writer.add(this.#encoder.push(bytes)));
    await turn.pause();
    await this.#writer.settle();
  }
}

const goesOn = ({ xorbHash, start, chunks }: StoredChunks, place: StoredPlace): boolean =>
  xorbHash === place.xorbHash && start + chunks.count === place.index;

function* placesOf(terms: readonly Term[]): Generator<StoredPlace, undefined, void> {
  for (const { xorbHash, start, end } of terms) {
    for (let index = start; index < end; index++) yield { xorbHash, index };
  }
}

/** Whether a chunk of a slice, where one begins anyway, is one also in a file that the slice is part of. */
function isSettled(
  { start, size, bytes }: FileChunk,
  { range, size: fileSize }: FileSlice,
  isLast: boolean,
): boolean {
  if (bytes.length < size) return false;
  const isAtEnd = start + size === fileSize;
  return !isAtEnd || (isLast && range.last === fileSize - 1) || size === MAX_CHUNK_LENGTH;
}
