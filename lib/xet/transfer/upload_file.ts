import { readBlocks } from "../../flow/byte_pieces.ts";
import { FairTurn } from "../../flow/fair_turn.ts";
import { ChunkEncoder } from "../engine/mod.ts";
import type { FileRecipe, TransferContext, TransferOptions } from "./context.ts";
import { FileWriter } from "./file_writer.ts";

/**
 * Stores content while it arrives: cuts, hashes and packs it, sends xorbs as they fill, and
 * registers it as a file when the body has ended. Nothing is registered if anything fails.
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
  const writer = new FileWriter(context, options.signal);
  const turn = context.turn ?? new FairTurn();
  try {
    using encoder = new ChunkEncoder();
    for await (const block of readBlocks(body, writer.limits.blockLength, writer.signal)) {
      await writer.reserve(block.length + encoder.pending);
      turn.run(() => writer.add(encoder.push(block)));
      writer.release();
      await turn.pause();
      await writer.settle();
    }
    await writer.reserve(encoder.pending);
    writer.add(encoder.finish());
    return await writer.finish();
  } catch (error) {
    await writer.abandon(error);
    throw error;
  }
}
