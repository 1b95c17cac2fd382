import { assertEquals, assertThrows } from "@std/assert";
import { withChecksum } from "../../lib/ops/computed_checksum.ts";

const streamOf = (text: string) => new Blob([text]).stream();

Deno.test("withChecksum() tells the checksum once the bytes have passed unchanged", async () => {
  const { stream, checksums } = withChecksum(streamOf("123456789"), {
    algorithm: "CRC32C",
    type: "COMPOSITE",
  });
  assertThrows(() => checksums(), Error, "not ended");
  assertEquals(await new Response(stream).text(), "123456789");
  assertEquals(checksums(), { CRC32C: "4waSgw==" });
});

Deno.test("withChecksum() leaves the stream alone when nothing was chosen", async () => {
  const source = streamOf("text");
  const { stream, checksums } = withChecksum(source, undefined);
  assertEquals([stream === source, checksums()], [true, {}]);
  await stream.cancel();
});
