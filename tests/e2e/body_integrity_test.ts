import { createHash } from "node:crypto";
import { assert, assertEquals } from "@std/assert";
import { join, signedChunks, unsignedChunks } from "../auth/chunked_bodies.ts";
import { CHECKSUM_ALGORITHMS, type ChecksumAlgorithm } from "../../lib/checksum/algorithms.ts";
import { createDigest } from "../../lib/checksum/digest.ts";
import type { RawConnection, RawRequest } from "../support/raw_connection.ts";
import { isoBasic, type Signed, signHeaderV4 } from "../support/sign_requests.ts";
import { BUCKET, type RawGateway, rawGateway, utf8 } from "./raw_gateway.ts";

const CONTENT = utf8("content that must never be seen");
const OTHER = utf8("other bytes");
const PARTS = [CONTENT.subarray(0, 7), CONTENT.subarray(7)];

/** Makes a request to a target whose body does not hold what was promised of it. */
interface Case {
  readonly name: string;
  readonly code: string;
  readonly make: (target: string, raw: RawGateway) => RawRequest;
}

function checksum(algorithm: ChecksumAlgorithm, bytes: Uint8Array): string {
  const digest = createDigest(algorithm);
  digest.update(bytes);
  return digest.digest().toBase64();
}

const nameOf = (algorithm: ChecksumAlgorithm) => `x-amz-checksum-${algorithm.toLowerCase()}`;

const plain = (
  name: string,
  code: string,
  headers: Record<string, string>,
  payloadHash?: string,
): Case => ({
  name,
  code,
  make: (target, raw) =>
    signHeaderV4({ method: "PUT", target, headers, body: CONTENT }, raw.signer, payloadHash),
});

/** A framed body under a SigV4 header; `body` is made with the header's signature as its seed. */
const framed = (
  name: string,
  code: string,
  form: string,
  body: (signed: Signed, raw: RawGateway) => Uint8Array,
  more: Record<string, string> = {},
): Case => ({
  name,
  code,
  make(target, raw) {
    const headers = {
      "Content-Encoding": "aws-chunked",
      "x-amz-decoded-content-length": String(CONTENT.length),
      ...more,
    };
    const signed = signHeaderV4({ method: "PUT", target, headers }, raw.signer, form);
    return { ...signed, body: body(signed, raw) };
  },
});

const keyOf = ({ signature }: Signed, { signer }: RawGateway) => ({
  secret: signer.secretAccessKey,
  timestamp: isoBasic(signer.now),
  region: "us-east-1",
  seed: signature,
});

const SIGNED = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
const SIGNED_TRAILER = `${SIGNED}-TRAILER`;
const UNSIGNED_TRAILER = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";

/** Replaces text in a body of ASCII. */
const altered = (body: Uint8Array, from: string | RegExp, to: string): Uint8Array => {
  const text = new TextDecoder().decode(body);
  const changed = text.replace(from, to);
  assert(changed !== text);
  return utf8(changed);
};

const goodTrailer = `${nameOf("CRC32")}:${checksum("CRC32", CONTENT)}`;
const announced = { "x-amz-trailer": nameOf("CRC32") };

const HEADER_CASES: readonly Case[] = [
  plain("payload hash of other bytes", "XAmzContentSHA256Mismatch", {}, "0".repeat(64)),
  plain("no payload hash", "InvalidArgument", {}, "nonsense"),
  plain("MD5 of other bytes", "BadDigest", {
    "Content-MD5": createHash("md5").update(OTHER).digest("base64"),
  }),
  plain("MD5 in hex", "InvalidDigest", {
    "Content-MD5": createHash("md5").update(CONTENT).digest("hex"),
  }),
  plain("two checksums", "InvalidRequest", {
    [nameOf("CRC32")]: checksum("CRC32", CONTENT),
    [nameOf("SHA1")]: checksum("SHA1", CONTENT),
  }),
  ...CHECKSUM_ALGORITHMS.flatMap((algorithm) => [
    plain(`${algorithm} of other bytes`, "BadDigest", {
      [nameOf(algorithm)]: checksum(algorithm, OTHER),
    }),
    plain(`half a ${algorithm}`, "InvalidRequest", {
      [nameOf(algorithm)]: checksum(algorithm, CONTENT).slice(0, 4),
    }),
  ]),
];

const SIGNED_CASES: readonly Case[] = [
  framed(
    "a chunk changed",
    "SignatureDoesNotMatch",
    SIGNED,
    (signed, raw) => altered(signedChunks(keyOf(signed, raw), PARTS), "never", "often"),
  ),
  framed(
    "a chunk signature forged",
    "SignatureDoesNotMatch",
    SIGNED,
    (signed, raw) =>
      altered(signedChunks(keyOf(signed, raw), PARTS), /=[0-9a-f]{64}/, `=${"0".repeat(64)}`),
  ),
  framed(
    "chunks signed with another secret",
    "SignatureDoesNotMatch",
    SIGNED,
    (signed, raw) => signedChunks({ ...keyOf(signed, raw), secret: "wrong" }, PARTS),
  ),
  framed(
    "chunks in another order",
    "SignatureDoesNotMatch",
    SIGNED,
    (signed, raw) => {
      const text = new TextDecoder().decode(signedChunks(keyOf(signed, raw), PARTS));
      const [, one = "", two = "", end = ""] =
        /^(7;.*\r\n.*\r\n)(.*\r\n.*\r\n)([^]*)$/.exec(text) ??
          [];
      return utf8(two + one + end);
    },
  ),
  framed(
    "chunks without signatures",
    "SignatureDoesNotMatch",
    SIGNED,
    () => unsignedChunks(PARTS),
  ),
  framed(
    "the last chunk left out",
    "IncompleteBody",
    SIGNED,
    (signed, raw) => altered(signedChunks(keyOf(signed, raw), PARTS), /\r\n0;[^]*$/, "\r\n"),
  ),
  framed(
    "a chunk left out",
    "IncompleteBody",
    SIGNED,
    (signed, raw) => signedChunks(keyOf(signed, raw), PARTS.slice(0, 1)),
  ),
  framed(
    "a chunk too many",
    "IncompleteBody",
    SIGNED,
    (signed, raw) => signedChunks(keyOf(signed, raw), [...PARTS, OTHER]),
  ),
  framed(
    "a signed trailer changed",
    "SignatureDoesNotMatch",
    SIGNED_TRAILER,
    (signed, raw) =>
      altered(signedChunks(keyOf(signed, raw), PARTS, goodTrailer), /crc32:..../, "crc32:AAAA"),
    announced,
  ),
  framed(
    "a signed trailer with the checksum of other bytes",
    "BadDigest",
    SIGNED_TRAILER,
    (signed, raw) =>
      signedChunks(
        keyOf(signed, raw),
        PARTS,
        `${nameOf("CRC32")}:${checksum("CRC32", OTHER)}`,
      ),
    announced,
  ),
  framed(
    "the trailer's signature left out",
    "SignatureDoesNotMatch",
    SIGNED_TRAILER,
    (signed, raw) =>
      altered(
        signedChunks(keyOf(signed, raw), PARTS, goodTrailer),
        /x-amz-trailer-signature:.*\r\n/,
        "",
      ),
    announced,
  ),
];

const UNSIGNED_CASES: readonly Case[] = [
  ...CHECKSUM_ALGORITHMS.map((algorithm) =>
    framed(
      `a ${algorithm} trailer of other bytes`,
      "BadDigest",
      UNSIGNED_TRAILER,
      () => unsignedChunks(PARTS, `${nameOf(algorithm)}:${checksum(algorithm, OTHER)}\r\n\r\n`),
      { "x-amz-trailer": nameOf(algorithm) },
    )
  ),
  framed(
    "a trailer that is announced and does not come",
    "MalformedTrailerError",
    UNSIGNED_TRAILER,
    () => unsignedChunks(PARTS),
    announced,
  ),
  framed(
    "a trailer that was not announced",
    "MalformedTrailerError",
    UNSIGNED_TRAILER,
    () => unsignedChunks(PARTS, `${goodTrailer}\r\n\r\n`),
  ),
  framed(
    "a trailer of another name",
    "MalformedTrailerError",
    UNSIGNED_TRAILER,
    () => unsignedChunks(PARTS, `${nameOf("SHA1")}:${checksum("SHA1", CONTENT)}\r\n\r\n`),
    announced,
  ),
  framed(
    "a trailer that is none",
    "MalformedTrailerError",
    UNSIGNED_TRAILER,
    () => unsignedChunks(PARTS, "no colon here\r\n\r\n"),
    announced,
  ),
  framed(
    "half a checksum in the trailer",
    "InvalidRequest",
    UNSIGNED_TRAILER,
    () => unsignedChunks(PARTS, `${nameOf("CRC32")}:AAA=\r\n\r\n`),
    announced,
  ),
  framed(
    "a body without frames",
    "IncompleteBody",
    UNSIGNED_TRAILER,
    () => CONTENT,
  ),
  framed(
    "a chunk size that is no number",
    "IncompleteBody",
    UNSIGNED_TRAILER,
    () => join("-7\r\n", CONTENT, "\r\n0\r\n\r\n"),
  ),
  framed(
    "a chunk size beyond all bounds",
    "IncompleteBody",
    UNSIGNED_TRAILER,
    () => join("ffffffffffffffff\r\n", CONTENT, "\r\n0\r\n\r\n"),
  ),
  framed(
    "fewer bytes than announced",
    "IncompleteBody",
    UNSIGNED_TRAILER,
    () => unsignedChunks(PARTS.slice(1)),
  ),
  framed(
    "no announced length",
    "MissingContentLength",
    UNSIGNED_TRAILER,
    () => unsignedChunks(PARTS),
    { "x-amz-decoded-content-length": "many" },
  ),
];

const CASES = [...HEADER_CASES, ...SIGNED_CASES, ...UNSIGNED_CASES];

/** Sends every case on one connection as long as it lasts, and looks afterwards. */
async function refuseAll(
  raw: RawGateway,
  target: string,
  unchanged: (name: string) => Promise<void>,
): Promise<void> {
  let connection: RawConnection = await raw.connect();
  try {
    for (const { name, code, make } of CASES) {
      const answer = await connection.exchange(make(target, raw));
      assertEquals(answer.code, code, name);
      await unchanged(name);
      if (answer.headers.get("connection") !== "close") continue;
      connection[Symbol.dispose]();
      connection = await raw.connect();
    }
  } finally {
    connection[Symbol.dispose]();
  }
}

Deno.test("PutObject of a body that is not what was promised leaves no object", async () => {
  await using raw = await rawGateway();
  await refuseAll(raw, `/${BUCKET}/new`, async (name) => {
    assertEquals(await raw.textOf("new"), "NoSuchKey", name);
  });
});

Deno.test("PutObject of a body that is not what was promised leaves the old object", async () => {
  await using raw = await rawGateway();
  const put = await raw.signed("PUT", `/${BUCKET}/k`, { body: utf8("old") });
  await refuseAll(raw, `/${BUCKET}/k`, async (name) => {
    const { headers, body } = await raw.signed("GET", `/${BUCKET}/k`);
    assertEquals([headers.get("etag"), body], [put.headers.get("etag"), "old"], name);
  });
});

Deno.test("UploadPart of a body that is not what was promised leaves the parts as they were", async () => {
  await using raw = await rawGateway();
  const { body } = await raw.signed("POST", `/${BUCKET}/k?uploads`, { body: utf8("") });
  const upload = `uploadId=${/<UploadId>(.*)<\/UploadId>/.exec(body)?.[1]}`;
  await raw.signed("PUT", `/${BUCKET}/k?partNumber=1&${upload}`, { body: utf8("old") });
  const listed = async () => (await raw.signed("GET", `/${BUCKET}/k?${upload}`)).body;
  const before = await listed();
  for (const partNumber of [1, 2]) {
    await refuseAll(raw, `/${BUCKET}/k?partNumber=${partNumber}&${upload}`, async (name) => {
      assertEquals(await listed(), before, name);
    });
  }
  assertEquals(await raw.textOf("k"), "NoSuchKey");
});

Deno.test("bodies that are what was promised are stored, without their framing", async () => {
  await using raw = await rawGateway();
  const good: Case[] = [
    plain("plain", "", {
      [nameOf("SHA256")]: checksum("SHA256", CONTENT),
      "Content-MD5": createHash("md5").update(CONTENT).digest("base64"),
    }),
    plain("unsigned", "", {}, "UNSIGNED-PAYLOAD"),
    framed("signed", "", SIGNED, (signed, raw) => signedChunks(keyOf(signed, raw), PARTS)),
    framed(
      "signed trailer",
      "",
      SIGNED_TRAILER,
      (signed, raw) => signedChunks(keyOf(signed, raw), PARTS, goodTrailer),
      announced,
    ),
    framed(
      "unsigned trailer",
      "",
      UNSIGNED_TRAILER,
      () => unsignedChunks(PARTS, `${goodTrailer}\r\n\r\n`),
      announced,
    ),
  ];
  for (const { name, make } of good) {
    using connection = await raw.connect();
    const key = name.replaceAll(" ", "-");
    assertEquals((await connection.exchange(make(`/${BUCKET}/${key}`, raw))).status, 200, name);
    assertEquals(await raw.textOf(key), new TextDecoder().decode(CONTENT), name);
  }
});
