import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { openBody, type VerifiedBody } from "../../lib/auth/body.ts";
import type { S3ErrorCode } from "../../lib/errors/s3_error_table.ts";
import { EXAMPLE, exampleAuthenticator, requestOf } from "./aws_examples.ts";
import { bytesOf, cut, join, signedChunks, streamOf, unsignedChunks } from "./chunked_bodies.ts";
import {
  codeOf,
  crc32Base64,
  HELLO,
  KEY,
  md5,
  open,
  read,
  READ_SIZES,
  signed,
  UNSIGNED,
} from "./body_under_test.ts";

Deno.test("AWS's example of a body in signed chunks is decoded and verified", async () => {
  const data = new Uint8Array(66560).fill(0x61);
  const body = join(
    "10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n",
    data.subarray(0, 65536),
    "\r\n400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n",
    data.subarray(65536),
    "\r\n0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n",
  );
  const request = requestOf("PUT", "/examplebucket/chunkObject.txt", {
    host: "s3.amazonaws.com",
    "x-amz-date": "20130524T000000Z",
    "x-amz-storage-class": "REDUCED_REDUNDANCY",
    authorization: `AWS4-HMAC-SHA256 Credential=${EXAMPLE.accessKeyId}/20130524/us-east-1/s3/` +
      "aws4_request,SignedHeaders=content-encoding;content-length;host;x-amz-content-sha256;" +
      "x-amz-date;x-amz-decoded-content-length;x-amz-storage-class,Signature=" +
      "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
    "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
    "content-encoding": "aws-chunked",
    "x-amz-decoded-content-length": "66560",
    "content-length": "66824",
  });
  const { payload } = exampleAuthenticator("2013-05-24T00:00:00Z").authenticate(request);
  assertEquals(body.length, 66824);
  const opened = openBody(streamOf(body, [1000]), request.headers, payload);
  assertEquals(opened.length, 66560);
  assertEquals(await read(opened), data);
});

Deno.test("AWS's example of signed chunks with a trailer is decoded and verified", async () => {
  const data = new Uint8Array(66560).fill(0x61);
  const body = join(
    "10000;chunk-signature=b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2\r\n",
    data.subarray(0, 65536),
    "\r\n400;chunk-signature=1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7\r\n",
    data.subarray(65536),
    "\r\n0;chunk-signature=2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992\r\n",
    "x-amz-checksum-crc32c:sOO8/Q==\r\n",
    "x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n",
  );
  const request = requestOf("PUT", "/examplebucket/chunkObject.txt", {
    host: "s3.amazonaws.com",
    "x-amz-date": "20130524T000000Z",
    "x-amz-storage-class": "REDUCED_REDUNDANCY",
    authorization: `AWS4-HMAC-SHA256 Credential=${EXAMPLE.accessKeyId}/20130524/us-east-1/s3/` +
      "aws4_request,SignedHeaders=content-encoding;host;x-amz-content-sha256;x-amz-date;" +
      "x-amz-decoded-content-length;x-amz-storage-class;x-amz-trailer,Signature=" +
      "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e",
    "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
    "content-encoding": "aws-chunked",
    "x-amz-decoded-content-length": "66560",
    "x-amz-trailer": "x-amz-checksum-crc32c",
  });
  const authenticator = exampleAuthenticator("2013-05-24T00:00:00Z");
  const { payload } = authenticator.authenticate(request);
  const opened = openBody(streamOf(body, [777]), request.headers, payload);
  assertEquals(await read(opened), data);
  assertEquals(opened.digests().checksums, { CRC32C: "sOO8/Q==" });

  const text = new TextDecoder("latin1").decode(body);
  const forgeries: readonly (readonly [string, string, S3ErrorCode])[] = [
    ["aaaaaaa\r\n400;", "aaaaaab\r\n400;", "SignatureDoesNotMatch"],
    ["sOO8/Q==", "sOO8/A==", "SignatureDoesNotMatch"],
    ["x-amz-trailer-signature:d", "x-amz-trailer-signature:e", "SignatureDoesNotMatch"],
    [/x-amz-trailer-signature.*\r\n/.exec(text)?.[0] ?? "", "", "SignatureDoesNotMatch"],
    [";chunk-signature=1c", ";chunk-signature=1d", "SignatureDoesNotMatch"],
    [/;chunk-signature=1c\w+/.exec(text)?.[0] ?? "", "", "SignatureDoesNotMatch"],
  ];
  for (const [from, to, code] of forgeries) {
    assert(from !== "" && text.includes(from));
    const again = authenticator.authenticate(request).payload;
    const forged = bytesOf(text.replace(from, to));
    assertEquals(await codeOf(openBody(streamOf(forged, [777]), request.headers, again)), code);
  }
});

const CHUNK_SIZES = fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 6 });

const DATA = fc.uint8Array({ maxLength: 20_000 });

Deno.test("unsigned chunks decode to the data for any chunks and any reads", async () => {
  await fc.assert(
    fc.asyncProperty(DATA, CHUNK_SIZES, READ_SIZES, async (data, chunkSizes, readSizes) => {
      const checksum = crc32Base64(data);
      const encoded = unsignedChunks(
        cut(data, chunkSizes),
        `x-amz-checksum-crc32:${checksum}\r\n\r\n`,
      );
      const body = open(
        encoded,
        {
          "x-amz-decoded-content-length": String(data.length),
          "x-amz-trailer": "x-amz-checksum-crc32",
          "content-md5": md5(data, "base64"),
        },
        UNSIGNED,
        {},
        readSizes,
      );
      assertEquals(body.checksumAlgorithm, "CRC32");
      assertEquals(await read(body), data);
      assertEquals(body.digests(), {
        length: data.length,
        md5: md5(data, "hex"),
        checksums: { CRC32: checksum },
      });
    }),
    { numRuns: 60 },
  );
});

Deno.test("signed chunks decode to the data for any chunks and any reads", async () => {
  await fc.assert(
    fc.asyncProperty(
      DATA,
      CHUNK_SIZES,
      READ_SIZES,
      fc.boolean(),
      async (data, chunkSizes, readSizes, trailer) => {
        const checksum = `x-amz-checksum-crc32:${crc32Base64(data)}`;
        const encoded = signedChunks(KEY, cut(data, chunkSizes), trailer ? checksum : undefined);
        const body = open(
          encoded,
          {
            "x-amz-decoded-content-length": String(data.length),
            ...(trailer && { "x-amz-trailer": "x-amz-checksum-crc32" }),
          },
          signed(trailer),
          {},
          readSizes,
        );
        assertEquals(await read(body), data);
      },
    ),
    { numRuns: 40 },
  );
});

Deno.test("trailers are read leniently and compared strictly", async () => {
  const headers = {
    "x-amz-decoded-content-length": "5",
    "x-amz-trailer": "x-amz-checksum-crc32",
  };
  const value = crc32Base64(HELLO);
  const trailer = (text: string): VerifiedBody =>
    open(unsignedChunks([HELLO], text), headers, UNSIGNED);
  const fine = [
    `x-amz-checksum-crc32:${value}\r\n\r\n`,
    `x-amz-checksum-crc32:${value}\n\r\n`,
    `x-amz-checksum-crc32:${value}\n\r\n\r\n`,
    `x-amz-checksum-crc32:${value}\n`,
    `x-amz-checksum-crc32:${value}\r\n`,
    `x-amz-checksum-crc32:${value}`,
    `X-Amz-Checksum-Crc32: ${value} \r\n\r\n`,
  ];
  for (const text of fine) assertEquals(await read(trailer(text)), HELLO, text);
  const refused: readonly (readonly [string, S3ErrorCode])[] = [
    ["\r\n", "MalformedTrailerError"],
    ["", "MalformedTrailerError"],
    ["x-amz-checksum-crc32\r\n\r\n", "MalformedTrailerError"],
    [`x-amz-checksum-crc32c:${value}\r\n\r\n`, "MalformedTrailerError"],
    [`x-amz-checksum-crc32:${value}\r\nx-amz-checksum-crc32:${value}\r\n`, "MalformedTrailerError"],
    ["x-amz-checksum-crc32:AAAA\r\n\r\n", "InvalidRequest"],
    ["x-amz-checksum-crc32:\r\n\r\n", "InvalidRequest"],
    ["x-amz-checksum-crc32:AAAAAA==\r\n\r\n", "BadDigest"],
  ];
  for (const [text, code] of refused) assertEquals(await codeOf(trailer(text)), code, text);
});

Deno.test("an empty body in unsigned chunks is read", async () => {
  const headers = {
    "x-amz-decoded-content-length": "0",
    "x-amz-trailer": "x-amz-checksum-crc32",
  };
  const body = open(bytesOf("0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n"), headers, UNSIGNED);
  assertEquals(await read(body), new Uint8Array(0));
});

Deno.test("blocks are large although chunks are small", async () => {
  const all = new Uint8Array(2 * 1024 * 1024).map((_, index) => index * 7);
  const encoded = unsignedChunks(cut(all, [8192]));
  const body = open(encoded, { "x-amz-decoded-content-length": String(all.length) }, UNSIGNED);
  const sizes: number[] = [];
  for await (const block of body.stream) sizes.push(block.length);
  assertEquals(sizes.reduce((sum, size) => sum + size, 0), all.length);
  assert(sizes.slice(0, -1).every((size) => size >= 60_000), String(sizes));
});
