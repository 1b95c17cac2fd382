/** How many calls an S3 operation makes to the Hub and to the CAS, counted at the embedded hub. */

import { createEmbeddedHub, type EmbeddedHub } from "../lib/create_embedded_hub.ts";
import { createGateway } from "../lib/create_gateway.ts";
import type { Gateway } from "../lib/gateway_options.ts";
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
  const source = new DataSource("random", 2);
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
    ...subResources(one),
    {
      name: "PostObject 4 KiB",
      run: async (s3) => {
        const form = new FormData();
        form.set("key", "posted");
        form.set("file", new Blob([small().body]));
        const response = new Response(form);
        const type = response.headers.get("content-type") ?? "";
        await s3("POST", "bench", {
          body: await response.bytes(),
          headers: { "content-type": type },
        });
        return 1;
      },
    },
    one("CreateBucket", "PUT", "other"),
    one("DeleteBucket, empty", "DELETE", "other"),
    one("ListBuckets", "GET", ""),
  ];
}

/** What is said about buckets and objects besides their bytes, in every form that is served. */
function subResources(
  one: (name: string, method: string, target: string, options?: () => S3Options) => Step,
): readonly Step[] {
  const xml = (body: string) => () => ({ body });
  const tags = "<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>";
  const cors = "<CORSConfiguration><CORSRule><AllowedMethod>GET</AllowedMethod>" +
    "<AllowedOrigin>*</AllowedOrigin></CORSRule></CORSConfiguration>";
  const described = () => ({ body: "described", headers: { "x-amz-meta-a": "b" } });
  const privately = () => ({ headers: { "x-amz-acl": "private" } });
  return [
    one("PutObject with metadata", "PUT", "bench/described", described),
    one("PutObject with If-None-Match", "PUT", "bench/once", () => ({
      body: "once",
      headers: { "if-none-match": "*" },
    })),
    one("HeadObject with metadata", "HEAD", "bench/described"),
    one("GetObject with metadata", "GET", "bench/described"),
    one("GetObjectAttributes", "GET", "bench/small?attributes", () => ({
      headers: { "x-amz-object-attributes": "ETag,ObjectSize" },
    })),
    one("GetObjectTagging", "GET", "bench/small?tagging"),
    one("PutObjectTagging", "PUT", "bench/small?tagging", xml(tags)),
    one("DeleteObjectTagging", "DELETE", "bench/small?tagging"),
    one("GetObjectAcl", "GET", "bench/small?acl"),
    one("PutObjectAcl", "PUT", "bench/small?acl", privately),
    one("GetBucketLocation", "GET", "bench?location"),
    one("GetBucketAcl", "GET", "bench?acl"),
    one("PutBucketAcl", "PUT", "bench?acl", privately),
    one("PutBucketCors", "PUT", "bench?cors", xml(cors)),
    one("GetBucketCors", "GET", "bench?cors"),
    one("DeleteBucketCors", "DELETE", "bench?cors"),
    one("PutBucketTagging", "PUT", "bench?tagging", xml(tags)),
    one("GetBucketTagging", "GET", "bench?tagging"),
    one("DeleteBucketTagging", "DELETE", "bench?tagging"),
    one(
      "PutBucketOwnershipControls",
      "PUT",
      "bench?ownershipControls",
      xml(
        "<OwnershipControls><Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule>" +
          "</OwnershipControls>",
      ),
    ),
    one(
      "PutBucketVersioning",
      "PUT",
      "bench?versioning",
      xml("<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>"),
    ),
    one("ListObjects, 10 keys", "GET", "bench"),
    one("ListObjectsV2 with delimiter, 10 keys", "GET", "bench?list-type=2&delimiter=/"),
    one("ListObjectVersions, 10 keys", "GET", "bench?versions"),
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
    {
      name: "CreateMultipartUpload",
      run: async (s3) => {
        const answer = await s3("POST", "bench/dropped?uploads");
        id = /<UploadId>(?<id>[^<]+)</.exec(answer)?.groups?.["id"] ?? "";
        return 1;
      },
    },
    {
      name: "UploadPartCopy, 8 MiB of 100 MiB",
      run: async (s3) => {
        await s3("PUT", `bench/dropped?partNumber=1&uploadId=${id}`, {
          headers: {
            "x-amz-copy-source": "/bench/large",
            "x-amz-copy-source-range": `bytes=1000000-${1_000_000 + 8 * MIB - 1}`,
          },
        });
        return 1;
      },
    },
    {
      name: "ListParts",
      run: async (s3) => {
        await s3("GET", `bench/dropped?uploadId=${id}`);
        return 1;
      },
    },
    {
      name: "ListMultipartUploads",
      run: async (s3) => {
        await s3("GET", "bench?uploads");
        return 1;
      },
    },
    {
      name: "AbortMultipartUpload",
      run: async (s3) => {
        await s3("DELETE", `bench/dropped?uploadId=${id}`);
        return 1;
      },
    },
  ];
}
