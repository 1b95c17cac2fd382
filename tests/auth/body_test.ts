import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { type BodyOptions, openBody, type VerifiedBody } from "../../lib/auth/body.ts";
import { ChunkSigner } from "../../lib/auth/chunk_signatures.ts";
import type { PayloadForm } from "../../lib/auth/payload_form.ts";
import { S3Error } from "../../lib/errors/s3_error.ts";
import type { S3ErrorCode } from "../../lib/errors/s3_error_table.ts";
import { collect } from "../../lib/http/byte_streams.ts";
import { EXAMPLE, exampleAuthenticator, requestOf } from "./aws_examples.ts";
import {
  bytesOf,
  type ChunkKey,
  cut,
  join,
  signedChunks,
  streamOf,
  unsignedChunks,
} from "./chunked_bodies.ts";

const PLAIN: PayloadForm = { kind: "plain" };
const UNSIGNED: PayloadForm = { kind: "unsigned-chunks-trailer" };
const HELLO = bytesOf("hello");

const KEY: ChunkKey = {
  secret: EXAMPLE.secretAccessKey,
  timestamp: "20130524T000000Z",
  region: "us-east-1",
  seed: "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
};

/** Key from "Examples of signature calculations": the HMAC chain for 20130524/us-east-1/s3. */
const SIGNING_KEY = Uint8Array.fromHex(
  "dbb893acc010964918f1fd433add87c70e8b0db6be30c1fbeafefa5ec6ba8378",
);

function signed(trailer: boolean): PayloadForm {
  const signer = new ChunkSigner({
    signingKey: SIGNING_KEY,
    timestamp: KEY.timestamp,
    scope: "20130524/us-east-1/s3/aws4_request",
    seedSignature: KEY.seed,
  });
  return { kind: "signed-chunks", trailer, signer };
}

function open(
  data: Uint8Array,
  headers: Readonly<Record<string, string>>,
  payload: PayloadForm,
  options: BodyOptions = {},
  sizes: readonly number[] = [65536],
): VerifiedBody {
  return openBody(streamOf(data, sizes), new Headers(headers), payload, options);
}

function read(body: VerifiedBody): Promise<Uint8Array> {
  return collect(body.stream, 1 << 30);
}

async function codeOf(body: VerifiedBody): Promise<S3ErrorCode> {
  const error = await assertRejects(() => read(body), S3Error);
  assertThrows(() => body.digests(), Error, "not ended well");
  return error.code;
}

function openCode(headers: Readonly<Record<string, string>>, payload: PayloadForm): S3ErrorCode {
  return assertThrows(() => open(HELLO, headers, payload), S3Error).code;
}

function crc32Base64(data: Uint8Array): string {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, crc32(data));
  return bytes.toBase64();
}

function md5(data: Uint8Array, encoding: "hex" | "base64"): string {
  return createHash("md5").update(data).digest(encoding);
}

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
const READ_SIZES = fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 6 });
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

Deno.test("a plain body is held to its length", async () => {
  assertEquals(await read(open(HELLO, { "content-length": "5" }, PLAIN)), HELLO);
  assertEquals(await codeOf(open(HELLO, { "content-length": "6" }, PLAIN)), "IncompleteBody");
  assertEquals(await codeOf(open(HELLO, { "content-length": "4" }, PLAIN)), "IncompleteBody");
  const chunked = { "content-length": "4", "transfer-encoding": "chunked" };
  const body = open(HELLO, chunked, PLAIN);
  assertEquals(body.length, undefined);
  assertEquals(await read(body), HELLO);
  assertEquals(await read(openBody(null, new Headers(), PLAIN)), new Uint8Array(0));
});

const CHECK = bytesOf("123456789");
const CHECK_VALUES: readonly (readonly [header: string, value: string])[] = [
  ["content-md5", "JfnnlDI7RTiF9RgfG2JNCw=="],
  ["x-amz-checksum-crc32", "y/Q5Jg=="],
  ["x-amz-checksum-crc32c", "4waSgw=="],
  ["x-amz-checksum-crc64nvme", "rosUhgp5mIg="],
  ["x-amz-checksum-sha1", "98O8HYCOBHMq32eZZczDTKeuNEE="],
  ["x-amz-checksum-sha256", "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU="],
];

for (const [header, value] of CHECK_VALUES) {
  Deno.test(`${header} is verified against the body`, async () => {
    assertEquals(await read(open(CHECK, { [header]: value }, PLAIN)), CHECK);
    assertEquals(await codeOf(open(HELLO, { [header]: value }, PLAIN)), "BadDigest");
    const invalid = header === "content-md5" ? "InvalidDigest" : "InvalidRequest";
    const cases = [
      "",
      "x",
      value.slice(0, -4),
      `${value}AAAA`,
      value.replace(/^./, "*"),
      `${value}-3`,
    ];
    for (const text of cases) assertEquals(openCode({ [header]: text }, PLAIN), invalid, text);
  });
}

Deno.test("the signed hash of a plain body is verified", async () => {
  const sha256 = createHash("sha256").update(HELLO).digest("hex");
  assertEquals(await read(open(HELLO, {}, { kind: "plain", sha256 })), HELLO);
  const body = open(CHECK, {}, { kind: "plain", sha256 });
  const error = await assertRejects(() => read(body), S3Error);
  assertEquals(error.code, "XAmzContentSHA256Mismatch");
  assertEquals(error.fields.ClientComputedContentSHA256, sha256);
});

Deno.test("headers that cannot be kept are refused before a byte is read", () => {
  const decoded = { "x-amz-decoded-content-length": "5" };
  const cases: readonly (readonly [Record<string, string>, PayloadForm, S3ErrorCode])[] = [
    [{}, UNSIGNED, "MissingContentLength"],
    [{ "x-amz-decoded-content-length": "-1" }, UNSIGNED, "MissingContentLength"],
    [{ "x-amz-decoded-content-length": "" }, UNSIGNED, "MissingContentLength"],
    [{ "x-amz-decoded-content-length": "1e3" }, UNSIGNED, "MissingContentLength"],
    [{ "x-amz-decoded-content-length": "5368709121" }, UNSIGNED, "EntityTooLarge"],
    [{ "content-length": "5368709121" }, PLAIN, "EntityTooLarge"],
    [{ "content-length": "abc" }, PLAIN, "InvalidArgument"],
    [
      { "x-amz-checksum-crc32": "y/Q5Jg==", "x-amz-checksum-crc32c": "4waSgw==" },
      PLAIN,
      "InvalidRequest",
    ],
    [{ "x-amz-checksum-xxhash64": "AAAA" }, PLAIN, "InvalidRequest"],
    [{ "x-amz-checksum-foo": "AAAA" }, PLAIN, "InvalidRequest"],
    [
      { "x-amz-sdk-checksum-algorithm": "CRC32C", "x-amz-checksum-crc32": "y/Q5Jg==" },
      PLAIN,
      "InvalidRequest",
    ],
    [
      {
        ...decoded,
        "x-amz-sdk-checksum-algorithm": "sha1",
        "x-amz-trailer": "x-amz-checksum-crc32",
      },
      UNSIGNED,
      "InvalidRequest",
    ],
    [{ "x-amz-sdk-checksum-algorithm": "ROT13" }, PLAIN, "InvalidRequest"],
    [{ ...decoded, "x-amz-trailer": "x-amz-checksum-foo" }, UNSIGNED, "InvalidRequest"],
    [{ ...decoded, "x-amz-trailer": "x-amz-meta-a" }, UNSIGNED, "InvalidRequest"],
    [
      { ...decoded, "x-amz-trailer": "x-amz-checksum-crc32, x-amz-checksum-crc32c" },
      UNSIGNED,
      "InvalidRequest",
    ],
    [
      { ...decoded, "x-amz-trailer": "x-amz-checksum-crc32", "x-amz-checksum-crc32": "y/Q5Jg==" },
      UNSIGNED,
      "InvalidRequest",
    ],
    [{ "x-amz-trailer": "x-amz-checksum-crc32" }, PLAIN, "MalformedTrailerError"],
    [
      { ...decoded, "x-amz-trailer": "x-amz-checksum-crc32" },
      signed(false),
      "MalformedTrailerError",
    ],
  ];
  for (const [headers, payload, code] of cases) {
    assertEquals(openCode(headers, payload), code, JSON.stringify(headers));
  }
});

Deno.test("headers that only speak of checksums promise nothing", async () => {
  const headers = {
    "x-amz-checksum-mode": "ENABLED",
    "x-amz-checksum-type": "FULL_OBJECT",
    "x-amz-checksum-algorithm": "CRC32",
    "x-amz-sdk-checksum-algorithm": "CRC32",
  };
  assertEquals(await read(open(HELLO, headers, PLAIN)), HELLO);
  const ofTheObject = { "x-amz-checksum-crc32": "AAAAAA==-3" };
  assertEquals(await read(open(HELLO, ofTheObject, PLAIN, { headerChecksums: false })), HELLO);
});

Deno.test("digests that were asked for are computed", async () => {
  const body = open(CHECK, {}, PLAIN, { md5: true, checksums: ["CRC64NVME", "SHA256"] });
  await read(body);
  assertEquals(body.digests(), {
    length: 9,
    md5: "25f9e794323b453885f5181f1b624d0b",
    checksums: {
      CRC64NVME: "rosUhgp5mIg=",
      SHA256: "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU=",
    },
  });
});

Deno.test("a body without a known length is cut off at the limit", async () => {
  const body = open(new Uint8Array(1000), {}, PLAIN, { maxLength: 999 });
  assertEquals(await codeOf(body), "EntityTooLarge");
  assertEquals((await read(open(new Uint8Array(999), {}, PLAIN, { maxLength: 999 }))).length, 999);
});

Deno.test("cancelling a body cancels the request's", async () => {
  let reason: unknown;
  const source = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(HELLO.slice()),
    cancel: (why) => {
      reason = why;
    },
  });
  await openBody(source, new Headers(), PLAIN).stream.cancel("enough");
  assertEquals(reason, "enough");
});

Deno.test("nothing is read before the stream is, and no more than is asked for", async () => {
  let pulls = 0;
  const source = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulls++;
      controller.enqueue(new Uint8Array(1024 * 1024));
    },
  }, { highWaterMark: 0 });
  const { stream } = openBody(source, new Headers(), PLAIN);
  const reader = stream.getReader();
  assertEquals(pulls, 0);
  await reader.read();
  await reader.read();
  assertEquals(pulls, 2);
  await reader.cancel();
});

Deno.test("a failed body leaves the request's unlocked, to be drained", async () => {
  const source = streamOf(bytesOf(`5\r\nhelloXX${"x".repeat(100)}`), [12, 10]);
  const headers = new Headers({ "x-amz-decoded-content-length": "5" });
  // The first piece is small, so that the reader asks for more: the source is a queue of many.
  await assertRejects(() => read(openBody(source, headers, UNSIGNED)), S3Error);
  assertEquals(source.locked, false);
  await source.cancel();
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

Deno.test("a client that cuts the connection leaves an IncompleteBody", async () => {
  const codes: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const payload: PayloadForm = request.headers.has("x-amz-decoded-content-length")
      ? UNSIGNED
      : PLAIN;
    const body = openBody(request.body, request.headers, payload);
    codes.push(await read(body).then(() => "whole", (error) => error.code));
    return new Response();
  });
  const requests = [
    "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\nabc",
    "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
    "PUT / HTTP/1.1\r\nHost: h\r\nx-amz-decoded-content-length: 9\r\nContent-Length: 90\r\n\r\n9\r\nab",
  ];
  for (const text of requests) {
    const seen = codes.length;
    const connection = await Deno.connect({ hostname: "127.0.0.1", port: server.addr.port });
    await connection.write(bytesOf(text));
    await new Promise((resolve) => setTimeout(resolve, 50));
    connection.close();
    for (let i = 0; i < 100 && codes.length === seen; i++) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
  await server.shutdown();
  assertEquals(codes, ["IncompleteBody", "IncompleteBody", "IncompleteBody"]);
});

Deno.test("bodies of every size near the block size arrive whole over HTTP", async () => {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const body = openBody(request.body, request.headers, PLAIN, { md5: true });
    await read(body);
    return Response.json(body.digests());
  });
  const mib = 1024 * 1024;
  const sizes = [
    0,
    1,
    2,
    65535,
    65536,
    65537,
    mib - 2,
    mib - 1,
    mib,
    mib + 1,
    2 * mib - 1,
    2 * mib + 65534,
  ];
  for (const size of sizes) {
    const data = new Uint8Array(size).map((_, index) => index * 31);
    for (const chunked of [false, true]) {
      const response = await fetch(`http://127.0.0.1:${server.addr.port}/`, {
        method: "PUT",
        body: chunked ? streamOf(data, [50_000]) : data,
      });
      assertEquals(await response.json(), { length: size, md5: md5(data, "hex"), checksums: {} });
    }
  }
  await server.shutdown();
});
