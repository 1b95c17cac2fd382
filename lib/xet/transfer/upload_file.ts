import { type Block, readBlocks } from "../../flow/byte_pieces.ts";
import { FairTurn } from "../../flow/fair_turn.ts";
import type { Lease } from "../../flow/memory_budget.ts";
import { PAGE_LENGTH } from "../../flow/page_pool.ts";
import {
  ChunkEncoder,
  type EncodedChunk,
  type EncodedPage,
  type StreamEncoder,
} from "../engine/mod.ts";
import type { FileRecipe, TransferContext, TransferObserver, TransferOptions } from "./context.ts";
import { lengthOf } from "./chunk_block.ts";
import { FileWriter } from "./file_writer.ts";
import { keepChunks } from "./small_files.ts";

/** Blocks of one upload that are with a worker at once: one that it works at, and one for after that. */
const BLOCKS_IN_FLIGHT = 2;

/**
 * Stores content while it arrives: cuts, hashes and packs it, sends xorbs as they fill, and
 * registers it as a file when the body has ended. Nothing is registered if anything fails. The byte
 * work is done in a worker if the context has one and the content is not small, else in place. Small
 * files that come together share a xorb and a shard if the context says so.
 *
 * @param context Where to, and the budget that bounds what is held of the body.
 * @param body The content; is read to its end, or cancelled.
 * @param options `signal` ends it.
 * @returns How the file is made of stored chunks.
 */
export async function uploadFile(
  context: TransferContext,
  body: ReadableStream<Uint8Array>,
  options: TransferOptions = {},
): Promise<FileRecipe> {
  const writer = new FileWriter(context, options);
  const turn = context.turn ?? new FairTurn();
  const { limits, pages, signal } = writer;
  const blocks = readBlocks(body, {
    size: limits.blockLength,
    pages,
    signal,
    budget: context.blocks,
  });
  try {
    const { value: first } = await blocks.next();
    if (first !== undefined) {
      const isSmall = first.last;
      if (isSmall && context.smallFiles?.takes(first.length)) {
        return await storeSmall(context, writer, first, blocks, options.observer);
      }
      const encoder = isSmall ? undefined : await context.encoders?.open(pages);
      if (encoder === undefined) await encodeHere(writer, first, blocks, turn);
      else await encodeThere(writer, first, blocks, encoder);
    }
    return { ...await writer.finish(), ...writer.layout() };
  } catch (error) {
    await blocks.return();
    await writer.abandon(error);
    throw error;
  }
}

type Blocks = AsyncGenerator<Block, void, void>;

/** A file that is shorter than a block is whole when its first block is there. */
async function storeSmall(
  { smallFiles, known }: TransferContext,
  writer: FileWriter,
  { page, length, lease }: Block,
  blocks: Blocks,
  observer: TransferObserver | undefined,
): Promise<FileRecipe> {
  using encoder = new ChunkEncoder();
  const chunks: EncodedChunk[] = [];
  try {
    await writer.reserve(length);
    chunks.push(...keepChunks(encoder.push(page.subarray(0, length))));
  } finally {
    writer.pages.give(page);
    lease?.release();
  }
  chunks.push(...keepChunks(encoder.finish()));
  await blocks.return();
  // What the CAS has is referenced, and no xorb is sent for it that could be shared.
  if (smallFiles === undefined || chunks.some(({ hash }) => known?.find(hash) !== undefined)) {
    writer.add(chunks);
    return { ...await writer.finish(), ...writer.layout() };
  }
  const recipe = await smallFiles.store(chunks, writer.signal);
  observer?.hashed(length);
  observer?.sent(lengthOf(chunks));
  writer.close();
  return recipe;
}

async function encodeHere(
  writer: FileWriter,
  first: Block,
  blocks: Blocks,
  turn: FairTurn,
): Promise<void> {
  using encoder = new ChunkEncoder();
  for await (const { page, length, lease } of startingWith(first, blocks)) {
    try {
      await writer.reserve(length + encoder.pending);
      turn.run(() => writer.add(encoder.push(page.subarray(0, length))));
    } finally {
      writer.pages.give(page);
      lease?.release();
    }
    writer.release();
    await turn.pause();
    await writer.settle();
  }
  await writer.reserve(encoder.pending);
  writer.add(encoder.finish());
}

async function encodeThere(
  writer: FileWriter,
  first: Block,
  blocks: Blocks,
  encoder: StreamEncoder,
): Promise<void> {
  const take = async (encoding: Promise<EncodedPage>, lease?: Lease) => {
    try {
      const { chunks, page } = await encoding;
      lease?.shrink(PAGE_LENGTH);
      try {
        await writer.reserve(lengthOf(chunks));
      } catch (error) {
        writer.pages.give(page);
        throw error;
      }
      writer.add(chunks, page);
    } finally {
      lease?.release();
    }
    writer.release();
    await writer.settle();
  };
  // Each answer is taken as soon as it and those before it are there, whatever the body does meanwhile.
  const taken: Promise<void>[] = [];
  let last = Promise.resolve();
  const begin = (encoding: Promise<EncodedPage>, lease?: Lease) => {
    last = last.then(
      () => take(encoding, lease),
      async (error) => {
        await encoding.then(({ page }) => writer.pages.give(page), () => {});
        lease?.release();
        throw error;
      },
    );
    last.catch(() => {}); // thrown where it is waited for; until then it must not end the process
    taken.push(last);
  };
  try {
    for await (const { page, length, lease } of startingWith(first, blocks)) {
      begin(encoder.push(page, length), lease);
      if (taken.length === BLOCKS_IN_FLIGHT) await taken.shift();
    }
    begin(encoder.finish());
    await last;
  } finally {
    await Promise.allSettled(taken);
    encoder.dispose();
  }
}

async function* startingWith(first: Block, rest: Blocks): Blocks {
  yield first;
  yield* rest;
}
