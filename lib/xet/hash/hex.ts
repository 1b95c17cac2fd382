/**
 * Bytes from hex digits, also where the runtime has no `Uint8Array.fromHex` (Node 22).
 *
 * @throws SyntaxError if there is anything else.
 */
export function bytesFromHex(text: string): Uint8Array<ArrayBuffer> {
  if (typeof Uint8Array.fromHex === "function") return Uint8Array.fromHex(text);
  if (!/^(?:[0-9a-f]{2})*$/i.test(text)) throw new SyntaxError("Not hex digits");
  return Uint8Array.from(
    { length: text.length / 2 },
    (_, i) => parseInt(text.slice(2 * i, 2 * i + 2), 16),
  );
}
