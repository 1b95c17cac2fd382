import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { PayloadForm } from "../../lib/auth/payload_form.ts";
import { S3Error } from "../../lib/errors/s3_error.ts";
import type { S3ErrorCode } from "../../lib/errors/s3_error_table.ts";
import { bytesOf, cut, signedChunks, unsignedChunks } from "./chunked_bodies.ts";
import {
  codeOf,
  crc32Base64,
  HELLO,
  KEY,
  open,
  read,
  READ_SIZES,
  signed,
  UNSIGNED,
} from "./body_under_test.ts";

Deno.test("a signed body with any one bit changed is refused", async () => {
  const data = bytesOf("some data that is signed chunk by chunk");
  const encoded = signedChunks(KEY, cut(data, [16]), `x-amz-checksum-crc32:${crc32Base64(data)}`);
  const headers = {
    "x-amz-decoded-content-length": String(data.length),
    "x-amz-trailer": "x-amz-checksum-crc32",
  };
  assertEquals(await read(open(encoded, headers, signed(true))), data);
  let accepted = 0;
  for (let at = 0; at < encoded.length; at++) {
    const changed = encoded.slice();
    changed[at] = (changed[at] ?? 0) ^ 0x01;
    const bytes = await read(open(changed, headers, signed(true))).catch((error) => {
      assert(error instanceof S3Error);
      return undefined;
    });
    // Only what carries no meaning may differ: the last line's end.
    if (bytes !== undefined) {
      accepted++;
      assertEquals(bytes, data);
      assert(at >= encoded.length - 4, `a change at ${at} of ${encoded.length} went through`);
    }
  }
  assert(accepted <= 4);
});

Deno.test("signed chunks in another order, twice or left out are refused", async () => {
  const data = bytesOf("aaaabbbbcccc");
  const chunks = cut(data, [4]);
  const [a = HELLO, b = HELLO, c = HELLO] = chunks;
  const frames = new TextDecoder().decode(signedChunks(KEY, chunks));
  const [first = "", second = "", third = "", last = ""] = frames.split(
    /(?<=(?:aaaa|bbbb|cccc)\r\n)/,
  );
  const headers = { "x-amz-decoded-content-length": "12" };
  assertEquals(
    await read(open(bytesOf(first + second + third + last), headers, signed(false))),
    data,
  );
  for (const order of [second + first + third + last, first + first + third + last]) {
    assertEquals(
      await codeOf(open(bytesOf(order), headers, signed(false))),
      "SignatureDoesNotMatch",
    );
  }
  const shorter = { "x-amz-decoded-content-length": "8" };
  assertEquals(
    await codeOf(open(bytesOf(first + third + last), shorter, signed(false))),
    "SignatureDoesNotMatch",
  );
  assertEquals(
    await codeOf(open(unsignedChunks([a, b, c]), headers, signed(false))),
    "SignatureDoesNotMatch",
  );
  // With authentication off the framing goes, and signatures are not looked at.
  const off: PayloadForm = { kind: "signed-chunks", trailer: false };
  const mixed = await read(open(bytesOf(second + first + third + last), headers, off));
  assertEquals(mixed, bytesOf("bbbbaaaacccc"));
});

const HOSTILE: readonly (readonly [name: string, body: string, code: S3ErrorCode])[] = [
  ["nothing at all", "", "IncompleteBody"],
  ["no final chunk", "5\r\nhello\r\n", "IncompleteBody"],
  ["an end inside the data", "5\r\nhel", "IncompleteBody"],
  ["an end inside a chunk header", "5", "IncompleteBody"],
  ["an end before the CRLF of a chunk", "5\r\nhello", "IncompleteBody"],
  ["no CRLF after a chunk", "5\r\nhello0\r\n\r\n", "IncompleteBody"],
  ["LF alone after a chunk", "5\r\nhello\n0\r\n\r\n", "IncompleteBody"],
  ["LF alone after a chunk header", "5\nhello\r\n0\r\n\r\n", "IncompleteBody"],
  ["a negative size", "-5\r\nhello\r\n0\r\n\r\n", "IncompleteBody"],
  ["a size with 0x", "0x5\r\nhello\r\n0\r\n\r\n", "IncompleteBody"],
  ["a size with a plus", "+5\r\nhello\r\n0\r\n\r\n", "IncompleteBody"],
  ["no size", "\r\nhello\r\n0\r\n\r\n", "IncompleteBody"],
  ["a size that is no hex", "5g\r\nhello\r\n0\r\n\r\n", "IncompleteBody"],
  ["a huge size", "ffffffffffffffff\r\nhello", "IncompleteBody"],
  ["a size beyond 64 bits", "10000000000000005\r\nhello\r\n0\r\n\r\n", "IncompleteBody"],
  ["a chunk larger than announced", "6\r\nhello!\r\n0\r\n\r\n", "IncompleteBody"],
  ["chunks smaller than announced", "4\r\nhell\r\n0\r\n\r\n", "IncompleteBody"],
  ["no chunk but the last", "0\r\n\r\n", "IncompleteBody"],
  ["an endless chunk header", `5;${"x".repeat(5000)}`, "IncompleteBody"],
  ["data after the end", "5\r\nhello\r\n0\r\n\r\nmore", "MalformedTrailerError"],
  ["a second body", "5\r\nhello\r\n0\r\n\r\n5\r\nhello\r\n0\r\n\r\n", "MalformedTrailerError"],
  [
    "a trailer nobody announced",
    "5\r\nhello\r\n0\r\nx-amz-meta-a:1\r\n\r\n",
    "MalformedTrailerError",
  ],
  ["an endless trailer", `5\r\nhello\r\n0\r\n${"x".repeat(20000)}`, "MalformedTrailerError"],
];

for (const [name, text, code] of HOSTILE) {
  Deno.test(`a chunked body with ${name} is refused`, async () => {
    for (const sizes of [[1], [3], [100_000]]) {
      const headers = { "x-amz-decoded-content-length": "5" };
      assertEquals(await codeOf(open(bytesOf(text), headers, UNSIGNED, {}, sizes)), code);
    }
  });
}

Deno.test("a signed chunk of more than 16 MiB is refused at its header", async () => {
  const text = `1000001;chunk-signature=${"0".repeat(64)}\r\n`;
  const headers = { "x-amz-decoded-content-length": "16777217" };
  assertEquals(await codeOf(open(bytesOf(text), headers, signed(false))), "InvalidRequest");
});

Deno.test("no garbage makes the decoder crash or hang", async () => {
  const piece = fc.oneof(
    fc.constantFrom(
      "0",
      "5",
      "\r\n",
      "\n",
      "\r",
      ";",
      "chunk-signature=",
      "hello",
      ":",
      "ffffffff",
    ),
    fc.constantFrom("x-amz-checksum-crc32:", "AAAAAA==", "x-amz-trailer-signature:", "-", " "),
    fc.string({ maxLength: 8 }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(piece, { maxLength: 30 }),
      READ_SIZES,
      fc.boolean(),
      async (pieces, sizes, isSigned) => {
        const form = isSigned ? signed(true) : UNSIGNED;
        const headers = {
          "x-amz-decoded-content-length": "5",
          "x-amz-trailer": "x-amz-checksum-crc32",
        };
        await read(open(bytesOf(pieces.join("")), headers, form, {}, sizes)).catch((error) => {
          assert(error instanceof S3Error, String(error));
        });
      },
    ),
    { numRuns: 300 },
  );
});
