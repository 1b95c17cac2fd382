/** `POST /v1/xorbs/{prefix}/{hash}`: a xorb in one request. */

import { BodyReader, BrokenBodyError } from "./body_reader.ts";
import { CasError, refused } from "./cas_error.ts";
import { MAX_XORB_BYTES, receiveXorb } from "./receive_xorb.ts";
import type { XorbStore } from "./xorb_store.ts";

/**
 * Reads, checks and stores a xorb. False when it was there already (it is checked all the same).
 * Throws a 400 for anything but the chunk sequence of that hash, with or without a footer.
 */
export async function uploadXorb(
  hash: string,
  body: ReadableStream<Uint8Array> | null,
  xorbs: XorbStore,
  verify: boolean,
): Promise<boolean> {
  if (body === null) throw refused("The xorb is empty");
  const reader = new BodyReader(body);
  const writer = await xorbs.begin();
  let received;
  try {
    received = await receiveXorb(reader, writer, { verify, crc: false, footer: "ignore" });
    if (received.hash !== undefined && received.hash !== hash) {
      throw refused(`The body is xorb ${received.hash}, not ${hash}`);
    }
  } catch (error) {
    await writer.abort();
    // Read to the end, so that the client is done sending and reads the answer.
    if (error instanceof CasError && !(error instanceof BrokenBodyError)) {
      await reader.drain(2 * MAX_XORB_BYTES);
    }
    throw error;
  }
  return await xorbs.keep(hash, writer, received.length, received.table);
}
