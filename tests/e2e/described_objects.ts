/**
 * Objects with everything that can be stored beside their bytes, written in every way there is, and what a client and
 * another tool see of them.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { createDigest } from "../../lib/checksum/digest.ts";
import { createEmbeddedHub, type EmbeddedHub } from "../../lib/create_embedded_hub.ts";
import { createGateway } from "../../lib/create_gateway.ts";

/** The bucket of the tests. */
export const BUCKET = "described";
const BUCKET_API = `/api/buckets/local/${BUCKET}`;

/** An answer, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** What a request says besides its method and target. */
export interface Sent {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: BodyInit;
}

/** A gateway on a hub, with authentication off. */
export interface Site extends AsyncDisposable {
  readonly hub: EmbeddedHub;
  /** Sends a request for a target in the bucket. */
  send(method: string, target: string, sent?: Sent): Promise<Answer>;
}

/** Starts a gateway of its own on a hub, which it does not close; by default with all checksums stored. */
export function openSite(hub: EmbeddedHub, storeChecksums = true): Site {
  const gateway = createGateway({
    token: hub.token,
    endpoint: hub.url,
    allowAnonymous: true,
    storeChecksums,
  });
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, gateway.handler);
  return {
    hub,
    async send(method, target, { headers = {}, body } = {}) {
      const response = await fetch(`http://127.0.0.1:${server.addr.port}/${BUCKET}${target}`, {
        method,
        headers,
        body: body ?? null,
      });
      return { status: response.status, headers: response.headers, text: await response.text() };
    },
    async [Symbol.asyncDispose]() {
      await server.shutdown();
      await gateway.close();
    },
  };
}

/** How a site is to be. */
export interface SiteOptions {
  /** Where the hub's data are. Default: in memory. */
  readonly directory?: string;
  /** Whether all checksums are stored. Default true. */
  readonly storeChecksums?: boolean;
}

/** Runs a test on a hub, with the bucket made. */
export async function withSite(
  test: (site: Site) => Promise<void>,
  { directory, storeChecksums = true }: SiteOptions = {},
): Promise<void> {
  const hub = await createEmbeddedHub(directory === undefined ? {} : { directory });
  try {
    await using site = openSite(hub, storeChecksums);
    await expect(200, site.send("PUT", ""));
    await test(site);
  } finally {
    await hub.close();
  }
}

/** The answer, which must have this status. */
export async function expect(status: number, answer: Promise<Answer>): Promise<Answer> {
  const found = await answer;
  assertEquals(found.status, status, found.text);
  return found;
}

/** UTF-8 as headers carry it: a character a byte. */
const inHeader = (text: string): string => String.fromCharCode(...new TextEncoder().encode(text));

const BYTES = "content of a described object";
const NAME = "grüße 😀";
const EXPIRES = "Wed, 21 Oct 2026 07:28:00 GMT";

/** Headers that a request and an answer have alike, as text. */
const HEADERS: Readonly<Record<string, string>> = {
  "content-type": "text/x-described",
  "cache-control": "max-age=60, private",
  "content-disposition": 'attachment; filename="a b.txt"',
  "content-encoding": "compress",
  "content-language": "de",
  "expires": EXPIRES,
  "x-amz-meta-name": NAME,
  "x-amz-meta-2": "two",
};
const SENT = Object.fromEntries(
  Object.entries(HEADERS).map(([name, value]) => [name, inHeader(value)]),
);
const TAGGING = "a=1&b=x%20y";
const TAGS = "<Tag><Key>a</Key><Value>1</Value></Tag><Tag><Key>b</Key><Value>x y</Value></Tag>";

type Algorithm = "CRC32" | "CRC64NVME" | "SHA256";

function checksumOf(algorithm: Algorithm): string {
  const digest = createDigest(algorithm);
  digest.update(new TextEncoder().encode(BYTES));
  return digest.digest().toBase64();
}

const withChecksum = (algorithm: Algorithm) => ({
  [`x-amz-checksum-${algorithm.toLowerCase()}`]: checksumOf(algorithm),
});

/** What is to be seen of bytes that came without a checksum and get S3's default. */
export function defaultChecksumOf(text: string): string {
  const digest = createDigest("CRC64NVME");
  digest.update(new TextEncoder().encode(text));
  return `x-amz-checksum-crc64nvme ${digest.digest().toBase64()}`;
}

/** What a client sees of an object besides its bytes. */
export interface Description {
  readonly headers: Readonly<Record<string, string | null>>;
  readonly tags: string;
  /** Name and value of the header. */
  readonly checksum: string;
}

/** What is to be seen of an object that was written with everything. */
export const described = (algorithm: Algorithm): Description => ({
  headers: { ...SENT, "x-amz-tagging-count": "2" },
  tags: TAGS,
  checksum: `x-amz-checksum-${algorithm.toLowerCase()} ${checksumOf(algorithm)}`,
});

/** What is to be seen of an object that has nothing but its bytes; of its type nothing is said. */
export const NOTHING: Description = {
  headers: {
    ...Object.fromEntries(Object.keys(HEADERS).map((name) => [name, null])),
    "x-amz-tagging-count": null,
  },
  tags: "",
  checksum: "",
};

/** What a client sees; the bytes are checked. */
export async function descriptionOf(
  { send }: Site,
  key: string,
  bytes = BYTES,
): Promise<Description> {
  const headers = { "x-amz-checksum-mode": "ENABLED" };
  const got = await expect(200, send("GET", `/${key}`, { headers }));
  assertEquals(got.text, bytes);
  const head = await expect(200, send("HEAD", `/${key}`, { headers }));
  const names = Object.keys(NOTHING.headers);
  const shown = Object.fromEntries(names.map((name) => [name, head.headers.get(name)]));
  assertEquals(Object.fromEntries(names.map((name) => [name, got.headers.get(name)])), shown);
  const { text } = await expect(200, send("GET", `/${key}?tagging`));
  const checksum = [...head.headers].find(([name]) => /^x-amz-checksum-(?!type)/.test(name));
  return {
    headers: shown,
    tags: /<TagSet>(.*)<\/TagSet>/.exec(text)?.[1] ?? "",
    checksum: checksum?.join(" ") ?? "",
  };
}

/** The ways in which an object gets what is stored beside its bytes, and the algorithm of its checksum. */
export const WAYS: Readonly<
  Record<string, {
    readonly algorithm: Algorithm;
    readonly write: (site: Site, key: string) => Promise<unknown>;
  }>
> = {
  put: { algorithm: "CRC32", write: put },
  post: { algorithm: "SHA256", write: post },
  copy: {
    algorithm: "CRC32",
    async write(site, key) {
      await put(site, "source");
      await expect(200, site.send("PUT", `/${key}`, { headers: copyFrom("source") }));
    },
  },
  replacement: {
    algorithm: "CRC64NVME",
    async write(site, key) {
      const other = { "x-amz-meta-name": "other", "cache-control": "no-store" };
      await expect(200, site.send("PUT", "/source", { headers: other, body: BYTES }));
      await expect(200, site.send("PUT", `/${key}`, { headers: replacing("source") }));
    },
  },
  "replacement of itself": {
    algorithm: "CRC64NVME",
    async write(site, key) {
      await expect(200, site.send("PUT", `/${key}`, { body: BYTES }));
      await expect(200, site.send("PUT", `/${key}`, { headers: replacing(key) }));
    },
  },
  multipart: { algorithm: "CRC64NVME", write: multipart },
};

const targetOf = (key: string): string => encodeURIComponent(key);

async function put({ send }: Site, key: string): Promise<void> {
  const headers = { ...SENT, "x-amz-tagging": TAGGING, ...withChecksum("CRC32") };
  await expect(200, send("PUT", `/${targetOf(key)}`, { headers, body: BYTES }));
}

async function post({ send }: Site, key: string): Promise<void> {
  const form = new FormData();
  form.append("key", key);
  const fields = { ...HEADERS, ...withChecksum("SHA256") };
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append("tagging", `<Tagging><TagSet>${TAGS}</TagSet></Tagging>`);
  form.append("file", new Blob([BYTES]), "file.txt");
  await expect(204, send("POST", "", { body: form }));
}

const copyFrom = (key: string) => ({ "x-amz-copy-source": `/${BUCKET}/${targetOf(key)}` });

const replacing = (key: string) => ({
  ...copyFrom(key),
  ...SENT,
  "x-amz-metadata-directive": "REPLACE",
  "x-amz-tagging-directive": "REPLACE",
  "x-amz-tagging": TAGGING,
  "x-amz-checksum-algorithm": "CRC64NVME",
});

async function multipart({ send }: Site, key: string): Promise<void> {
  const target = `/${targetOf(key)}`;
  const headers = {
    ...SENT,
    "x-amz-tagging": TAGGING,
    "x-amz-checksum-algorithm": "CRC64NVME",
  };
  const created = await expect(200, send("POST", `${target}?uploads`, { headers }));
  const id = /<UploadId>([^<]+)</.exec(created.text)?.[1] ?? "";
  const part = await expect(
    200,
    send("PUT", `${target}?partNumber=1&uploadId=${id}`, {
      headers: withChecksum("CRC64NVME"),
      body: BYTES,
    }),
  );
  const body = "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber>" +
    `<ETag>${part.headers.get("etag")}</ETag></Part></CompleteMultipartUpload>`;
  await expect(200, send("POST", `${target}?uploadId=${id}`, { body }));
}

/** What the Hub shows of a file. */
export interface HubFile {
  readonly path: string;
  readonly xetHash: string;
  readonly mtime: string;
}

/** All files of the bucket, as other tools see them. */
export async function filesAtHub({ hub }: Site): Promise<readonly HubFile[]> {
  const answer = await fetch(`${hub.url}${BUCKET_API}/tree?recursive=true`, {
    headers: { "Authorization": `Bearer ${hub.token}` },
  });
  return await answer.json();
}

/** Changes files as another tool does: without a word to the gateway. */
export async function changeAtHub(
  { hub }: Site,
  ...operations: readonly Readonly<Record<string, unknown>>[]
): Promise<void> {
  const answer = await fetch(`${hub.url}${BUCKET_API}/batch`, {
    method: "POST",
    headers: {
      "Authorization": `Bearer ${hub.token}`,
      "Content-Type": "application/x-ndjson",
    },
    body: operations.map((operation) => JSON.stringify(operation)).join("\n"),
  });
  assertEquals((await answer.json()).succeeded, operations.length);
}
