/** How many calls an S3 operation makes to the Hub and to the CAS, counted at the embedded hub. */

import { createEmbeddedHub, type EmbeddedHub } from "../lib/create_embedded_hub.ts";
import { createGateway, type Gateway } from "../lib/create_gateway.ts";
import { DataSource } from "./data.ts";

/** The calls of one step. */
export interface CallCount {
  /** What was done. */
  readonly step: string;
  /** S3 requests in it. */
  readonly requests: number;
  /** Calls that count in the Hub's quota of API calls. */
  readonly api: number;
  /** Calls that count in its quota of resolver calls. */
  readonly resolvers: number;
  readonly cas: number;
  /** Calls by endpoint, as the embedded hub names it. */
  readonly endpoints: Readonly<Record<string, number>>;
}

interface Step {
  readonly name: string;
  /** Gives the S3 requests it made. */
  readonly run: (s3: S3) => Promise<number>;
}

type S3 = (method: string, target: string, options?: S3Options) => Promise<string>;

interface S3Options {
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly headers?: Readonly<Record<string, string>>;
}

const MIB = 1024 * 1024;
const SMALL = 4096;
const PARTS = 3;
const CLIENTS = 64;

/** Performs each operation once, in an order in which each finds what it needs. */
export async function countCalls(): Promise<readonly CallCount[]> {
  const hub = await createEmbeddedHub();
  const gateway = createGateway({ token: hub.token, endpoint: hub.url, allowAnonymous: true });
  try {
    const counts: CallCount[] = [];
    for (const step of steps()) counts.push(await countStep(hub, gateway, step));
    return counts;
  } finally {
    await gateway.close();
    await hub.close();
  }
}

async function countStep(hub: EmbeddedHub, gateway: Gateway, step: Step): Promise<CallCount> {
  hub.counters.reset();
  const requests = await step.run((method, target, options) =>
    request(gateway, method, target, options)
  );
  const endpoints = Object.fromEntries(
    Object.entries(hub.counters.all()).map(([name, { calls }]) => [name, calls]),
  );
  const sum = (wanted: (name: string) => boolean): number =>
    Object.entries(endpoints).reduce((all, [name, n]) => wanted(name) ? all + n : all, 0);
  return {
    step: step.name,
    requests,
    api: sum((name) => name.startsWith("hub.") && !isResolver(name)),
    resolvers: sum(isResolver),
    cas: sum((name) => name.startsWith("cas.")),
    endpoints,
  };
}

const isResolver = (name: string): boolean => name === "hub.resolve";

async function request(
  gateway: Gateway,
  method: string,
  target: string,
  { body, headers = {} }: S3Options = {},
): Promise<string> {
  const response = await gateway.handler(
    new Request(`http://localhost/${target}`, {
      method,
      headers: {
        ...headers,
        ...(body !== undefined && { "content-length": String(body.length) }),
      },
      ...(body !== undefined && { body }),
    }),
  );
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} /${target}: ${response.status} ${text}`);
  return method === "PUT" ? response.headers.get("etag") ?? "" : text;
}

function steps(): readonly Step[] {
  const source = new DataSource("random");
  const bytes = (size: number): Uint8Array<ArrayBuffer> => {
    const joined = new Uint8Array(size);
    let at = 0;
    for (const block of source.blocks(size)) {
      joined.set(block, at);
      at += block.length;
    }
    return joined;
  };
  const one = (name: string, method: string, target: string, options?: () => S3Options): Step => ({
    name,
    run: async (s3) => {
      await s3(method, target, options?.());
      return 1;
    },
  });
  const many = (name: string, run: (s3: S3, index: number) => Promise<string>): Step => ({
    name,
    run: async (s3) => {
      await Promise.all(Array.from({ length: CLIENTS }, (_, index) => run(s3, index)));
      return CLIENTS;
    },
  });
  const small = () => ({ body: bytes(SMALL) });
  const copy = () => ({ headers: { "x-amz-copy-source": "/bench/small" } });
  return [
    one("CreateBucket, the first request of all", "PUT", "bench"),
    one("HeadBucket", "HEAD", "bench"),
    one("PutObject 4 KiB, the first of the bucket", "PUT", "bench/first", small),
    one("PutObject 4 KiB", "PUT", "bench/small", small),
    one("PutObject 0 bytes", "PUT", "bench/empty", () => ({ body: new Uint8Array(0) })),
    one("PutObject 100 MiB", "PUT", "bench/large", () => ({ body: bytes(100 * MIB) })),
    one("HeadObject", "HEAD", "bench/small"),
    one("GetObject 4 KiB, the first of the bucket", "GET", "bench/first"),
    one("GetObject 4 KiB", "GET", "bench/small"),
    one("GetObject 4 KiB, again", "GET", "bench/small"),
    one("GetObject 100 MiB", "GET", "bench/large"),
    one("GetObject, 64 KiB of 100 MiB", "GET", "bench/large", () => ({
      headers: { range: `bytes=${50 * MIB}-${50 * MIB + 65_535}` },
    })),
    one("CopyObject", "PUT", "bench/copy", copy),
    one("CopyObject with x-amz-checksum-algorithm", "PUT", "bench/copy", () => ({
      headers: { ...copy().headers, "x-amz-checksum-algorithm": "SHA256" },
    })),
    one("ListObjectsV2, 5 keys", "GET", "bench?list-type=2"),
    one("DeleteObject", "DELETE", "bench/copy"),
    many(`PutObject 4 KiB, ${CLIENTS} at a time`, (s3, i) => s3("PUT", `bench/many/${i}`, small())),
    many(`HeadObject, ${CLIENTS} at a time`, (s3, i) => s3("HEAD", `bench/many/${i}`)),
    many(`GetObject 4 KiB, ${CLIENTS} at a time`, (s3, i) => s3("GET", `bench/many/${i}`)),
    one("PutObject 8 MiB", "PUT", "bench/shared", () => ({ body: bytes(8 * MIB) })),
    many(`GetObject 8 MiB, one object, ${CLIENTS} at a time`, (s3) => s3("GET", "bench/shared")),
    {
      name: `DeleteObjects, ${CLIENTS} keys`,
      run: async (s3) => {
        await s3("POST", "bench?delete", { body: deletion() });
        return 1;
      },
    },
    ...multipart(bytes),
    one("ListBuckets", "GET", ""),
  ];
}

function deletion(): string {
  const keys = Array.from({ length: CLIENTS }, (_, i) => `<Object><Key>many/${i}</Key></Object>`);
  return `<Delete><Quiet>true</Quiet>${keys.join("")}</Delete>`;
}

function multipart(bytes: (size: number) => Uint8Array<ArrayBuffer>): readonly Step[] {
  let id = "";
  const tags: string[] = [];
  return [
    {
      name: "CreateMultipartUpload",
      run: async (s3) => {
        const answer = await s3("POST", "bench/parts?uploads");
        id = /<UploadId>(?<id>[^<]+)</.exec(answer)?.groups?.["id"] ?? "";
        return 1;
      },
    },
    {
      name: `UploadPart 8 MiB, ${PARTS} one after the other`,
      run: async (s3) => {
        for (let part = 1; part <= PARTS; part++) {
          const target = `bench/parts?partNumber=${part}&uploadId=${id}`;
          tags.push(await s3("PUT", target, { body: bytes(8 * MIB) }));
        }
        return PARTS;
      },
    },
    {
      name: `CompleteMultipartUpload, ${PARTS} parts`,
      run: async (s3) => {
        const parts = tags.map((tag, i) =>
          `<Part><PartNumber>${i + 1}</PartNumber><ETag>${tag}</ETag></Part>`
        );
        const body = `<CompleteMultipartUpload>${parts.join("")}</CompleteMultipartUpload>`;
        await s3("POST", `bench/parts?uploadId=${id}`, { body });
        return 1;
      },
    },
  ];
}
