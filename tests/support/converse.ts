/** Sends text on one connection and reads until the server closes or `until` has been seen. */
export async function converse(port: number, text: string, until: RegExp): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(new TextEncoder().encode(text));
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(64 * 1024);
  let received = "";
  while (!until.test(received)) {
    const count = await connection.read(buffer);
    if (count === null) break;
    received += decoder.decode(buffer.subarray(0, count), { stream: true });
  }
  return received;
}
