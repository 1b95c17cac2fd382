import { crc32 } from "node:zlib";
import { openBody } from "../../lib/auth/body.ts";
import { payloadForm } from "../../lib/auth/payload_form.ts";
import { Authenticator } from "../../lib/auth/authenticator.ts";
import { readPostPolicy } from "../../lib/auth/post_policy.ts";
import { S3Error } from "../../lib/errors/s3_error.ts";
import { parseHttpDate, parseIsoBasic, parseIsoDateTime } from "../../lib/http/dates.ts";
import { matchesETag } from "../../lib/http/etags.ts";
import { formBoundary, readForm } from "../../lib/http/form_data.ts";
import { parseQuery } from "../../lib/http/query.ts";
import { parseRange } from "../../lib/http/range.ts";
import { parseTarget } from "../../lib/http/request_target.ts";
import { addressOf } from "../../lib/s3/address.ts";
import { readCopySource } from "../../lib/s3/copy.ts";
import { parseTagging } from "../../lib/s3/tagging_header.ts";
import { readDocument } from "../../lib/xml/read.ts";
import { readPutBucketCors } from "../../lib/s3/cors.ts";
import { readCompleteMultipartUpload } from "../../lib/s3/complete_multipart_upload.ts";
import { readDeleteObjects } from "../../lib/s3/delete.ts";
import { readPutObjectTagging } from "../../lib/s3/tagging.ts";
import { bytesOfChunks, signedChunkedBody, unsignedChunkedBody } from "../support/aws_chunked.ts";
import { s3Request } from "../support/s3_request.ts";
import { signHeaderV2, signHeaderV4, signQueryV2, signQueryV4 } from "../support/sign_requests.ts";
import { bytesOf, type FuzzTarget, inPieces, latin1, oneTakes } from "./target.ts";

const NOW = new Date("2026-01-02T03:04:05Z");
const CREDENTIAL = { accessKeyId: "FUZZKEY", secretAccessKey: "fuzz-secret" };
const SIGNER = { ...CREDENTIAL, host: "localhost:9000", now: NOW };
const PLAIN = { method: "PUT", target: "/b/k%20y?partNumber=1&uploadId=u", headers: {} };

const DOCUMENTS = [
  '<?xml version="1.0"?><CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Part><PartNumber>1</PartNumber><ETag>"a"</ETag><ChecksumCRC32>AAAAAA==</ChecksumCRC32></Part></CompleteMultipartUpload>',
  "<Delete><Quiet>true</Quiet><Object><Key>a&amp;b</Key><VersionId>null</VersionId></Object><Object><Key><![CDATA[<x>]]></Key></Object></Delete>",
  "<Tagging><TagSet><Tag><Key>k</Key><Value>v&#x41;</Value></Tag></TagSet></Tagging>",
  "<CORSConfiguration><CORSRule><AllowedOrigin>https://*.x</AllowedOrigin><AllowedMethod>GET</AllowedMethod><MaxAgeSeconds>5</MaxAgeSeconds></CORSRule></CORSConfiguration>",
];
const READERS = [
  readCompleteMultipartUpload,
  readDeleteObjects,
  readPutObjectTagging,
  readPutBucketCors,
];
const TARGETS = ["/b/k?uploadId=u", "/b?delete", "/b/k?tagging", "/b?cors"];
const ROOTS = ["CompleteMultipartUpload", "Delete", "Tagging", "CORSConfiguration"];

const DATA = [bytesOf("hello "), bytesOf("world, and so on")];
const DATA_LENGTH = DATA.reduce((sum, { length }) => sum + length, 0);
const checksum = new DataView(new ArrayBuffer(4));
checksum.setUint32(0, DATA.reduce((sum, data) => crc32(data, sum), 0));
const TRAILER = [`x-amz-checksum-crc32:${new Uint8Array(checksum.buffer).toBase64()}`];

const FORM = '--b0undary\r\nContent-Disposition: form-data; name="key"\r\n\r\na/${filename}\r\n' +
  '--b0undary\r\nContent-Disposition: form-data; name="policy"\r\n\r\neyJ9\r\n' +
  '--b0undary\r\nContent-Disposition: form-data; name="file"; filename="f\\"x.txt"\r\n' +
  "Content-Type: text/plain\r\n\r\nthe bytes\r\n--b0undary--\r\n";

const POLICY = JSON.stringify({
  expiration: "2027-01-01T00:00:00Z",
  conditions: [{ bucket: "b" }, ["starts-with", "$key", "a/"], ["content-length-range", 1, 10]],
});

const authenticator = new Authenticator({
  lookup: (id) => id === CREDENTIAL.accessKeyId ? CREDENTIAL : undefined,
  now: () => NOW,
});

/** A request as text: the target, then a header on each line. */
const asText = (
  { target, headers }: { target: string; headers: Readonly<Record<string, string>> },
): string =>
  [target, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)].join("\n");

function authenticate(text: string): void {
  const [target = "", ...lines] = text.split("\n");
  const headers = new Headers();
  for (const line of lines) {
    const colon = line.indexOf(":");
    try {
      headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
    } catch {
      continue; // no server would let it through
    }
  }
  const { rawPath, rawQuery } = parseTarget(`http://localhost:9000${target}`);
  authenticator.authenticate({ method: "PUT", rawPath, rawQuery, headers });
}

const form = (bytes: Uint8Array<ArrayBuffer>, boundary: string) =>
  readForm(inPieces(bytes), boundary).then(async ({ file }) => await new Response(file).bytes());

/** What clients send. */
export const HTTP_TARGETS: readonly FuzzTarget[] = [
  {
    name: "XML documents",
    corpus: DOCUMENTS.map(bytesOf),
    words: ["<!DOCTYPE a [<!ENTITY b 'c'>]>", "&b;", "&#0;", "]]>", "<!--", "-->", "<a/>", "<?x?>"],
    run: async (input) => {
      const kind = Math.max(0, ROOTS.findIndex((root) => latin1(input).includes(root)));
      readDocumentOrRefuse(input, ROOTS[kind] ?? "Delete");
      const request = s3Request("POST", TARGETS[kind] ?? "/b?delete", { body: input });
      await READERS[kind]?.(request);
    },
    errors: [S3Error],
  },
  {
    name: "aws-chunked, signed",
    corpus: [[], TRAILER].map((trailer) =>
      bytesOfChunks(
        signedChunkedBody(DATA, trailer, {
          signer: SIGNER,
          timestamp: "20260102T030405Z",
          seed: "0".repeat(64),
        }),
      )
    ),
    words: [
      "\r\n",
      "0\r\n\r\n",
      ";chunk-signature=",
      "ffffffffffffffff",
      "x-amz-trailer-signature:",
    ],
    run: (input) => decodeChunks(input, "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"),
    errors: [S3Error],
  },
  {
    name: "aws-chunked, unsigned",
    corpus: [bytesOfChunks(unsignedChunkedBody(DATA, TRAILER))],
    words: ["\r\n", "0\r\n\r\n", "7fffffffffffffff", "x-amz-checksum-crc32:"],
    run: (input) => decodeChunks(input, "STREAMING-UNSIGNED-PAYLOAD-TRAILER"),
    errors: [S3Error],
  },
  {
    name: "signatures in headers and queries",
    corpus: [
      signHeaderV4(PLAIN, SIGNER),
      signQueryV4(PLAIN, SIGNER),
      signHeaderV2(PLAIN, SIGNER),
      signQueryV2(PLAIN, SIGNER),
    ].map((signed) => bytesOf(asText(signed))),
    words: [
      "AWS4-HMAC-SHA256 ",
      "Credential=",
      "SignedHeaders=",
      "Signature=",
      "X-Amz-Expires=",
      "%00",
    ],
    run: (input) => authenticate(latin1(input)),
    errors: [S3Error],
  },
  {
    name: "POST forms",
    corpus: [bytesOf(FORM)],
    words: ["--b0undary", "--b0undary--", "\r\n\r\n", 'name="', "filename*=UTF-8''"],
    run: (input) => form(input, "b0undary"),
    errors: [S3Error],
  },
  {
    name: "boundaries and policies of POST forms",
    corpus: [
      bytesOf(btoa(POLICY)),
      bytesOf('multipart/form-data; boundary="b0undary"'),
      bytesOf(POLICY),
    ],
    words: ["boundary=", '"conditions":[', "null", "1e999", '{"__proto__":1}'],
    run: (input) => {
      const text = latin1(input);
      formBoundary(text);
      oneTakes(text, [readPostPolicy, (json) => readPostPolicy(btoa(json))], [S3Error]);
    },
    errors: [S3Error],
  },
  {
    name: "Range, entity tags, dates",
    corpus: [
      "bytes=0-99",
      "bytes=-5",
      "bytes=7-",
      '"abc", W/"d", *',
      "Sun, 06 Nov 1994 08:49:37 GMT",
      "Sunday, 06-Nov-94 08:49:37 GMT",
      "Sun Nov  6 08:49:37 1994",
      "20260102T030405Z",
      "2026-01-02T03:04:05.678Z",
    ].map(bytesOf),
    words: ["bytes=", "99999999999999999999999", "-", "GMT", "Feb 30"],
    run: (input) => {
      const text = latin1(input);
      parseRange(text, 1000);
      matchesETag(text, "abc");
      parseHttpDate(text);
      parseIsoBasic(text);
      parseIsoDateTime(text);
    },
    errors: [S3Error],
  },
  {
    name: "targets, queries, copy sources, tags",
    corpus: [
      "/b/k%2Fx%20y?list-type=2&prefix=a%2F&x",
      "/b//../%2e%2e/%00?versionId=null",
      "a=b&c=d+e",
    ]
      .map(bytesOf),
    words: ["%", "%2", "%ff", "..", "//", "\\", "?versionId=", "&&", "=="],
    run: (input) => {
      const text = latin1(input);
      refused(() => {
        const { rawPath, rawQuery } = parseTarget(`http://localhost:9000/${text}`);
        addressOf(rawPath, undefined);
        parseQuery(rawQuery);
      });
      refused(() => parseTagging(text));
      const headers = new Headers();
      try {
        headers.set("x-amz-copy-source", text);
      } catch {
        return; // no server would let it through
      }
      readCopySource(headers);
    },
    errors: [S3Error],
  },
];

function readDocumentOrRefuse(input: Uint8Array, root: string): void {
  refused(() => readDocument(input, root));
}

/** Goes on where an input is refused, so that the next parser sees it too. */
function refused(work: () => unknown): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof S3Error)) throw error;
  }
}

async function decodeChunks(input: Uint8Array<ArrayBuffer>, sha256: string): Promise<void> {
  const headers = new Headers({
    "x-amz-content-sha256": sha256,
    "x-amz-decoded-content-length": String(DATA_LENGTH),
    "x-amz-trailer": "x-amz-checksum-crc32",
    "content-length": String(input.length),
  });
  const body = openBody(inPieces(input), headers, payloadForm(headers));
  await new Response(body.stream).bytes();
}
