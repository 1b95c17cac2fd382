import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { createHash } from "node:crypto";
import { openBody } from "../../lib/auth/body.ts";
import type { PayloadForm } from "../../lib/auth/payload_form.ts";
import { S3Error } from "../../lib/errors/s3_error.ts";
import type { S3ErrorCode } from "../../lib/errors/s3_error_table.ts";
import { bytesOf } from "./chunked_bodies.ts";
import { codeOf, HELLO, open, PLAIN, read, signed, UNSIGNED } from "./body_under_test.ts";

function openCode(headers: Readonly<Record<string, string>>, payload: PayloadForm): S3ErrorCode {
  return assertThrows(() => open(HELLO, headers, payload), S3Error).code;
}

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
