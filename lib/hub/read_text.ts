/** Far more than a page of 5,000 entries with names of 1,024 bytes. */
const MAX_REPLY_BYTES = 64 * 1024 * 1024;

/** The answer is too long, or not UTF-8. */
export class UnreadableReply extends Error {}

/**
 * Reads a body whole, in bounded memory.
 *
 * @param response Its body is finished or cancelled afterwards.
 * @param progress Called as bytes arrive.
 * @throws UnreadableReply, or what the stream fails with.
 */
export async function readText(response: Response, progress: () => void): Promise<string> {
  if (response.body === null) return "";
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  let length = 0;
  for await (const bytes of response.body) {
    progress();
    length += bytes.length;
    // Leaving the loop cancels the stream.
    if (length > MAX_REPLY_BYTES) throw new UnreadableReply("The answer is too long");
    text += decode(decoder, bytes);
  }
  return text + decode(decoder);
}

function decode(decoder: TextDecoder, bytes?: Uint8Array): string {
  try {
    return bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true });
  } catch (cause) {
    throw new UnreadableReply("The answer is not UTF-8", { cause });
  }
}
