import { assertEquals } from "@std/assert";
import type { AccessCredential } from "../../../lib/access/access_credential.ts";
import { BucketClient } from "../../../lib/buckets/mod.ts";
import type { Log } from "../../../lib/log.ts";
import { MapUploadRegistry } from "../../../lib/multipart/map_registry.ts";
import type { RawConnection, RawRequest } from "../../support/raw_connection.ts";
import type { Signer } from "../../support/sign_requests.ts";
import { CREDENTIAL } from "../../support/start_gateway.ts";
import { BUCKET, type RawGateway, rawGateway, utf8 } from "../raw_gateway.ts";

/** The gateway's clock stands still at noon, so that an hour more or less is the same day. */
const NOON = Date.UTC(2026, 5, 15, 12);
/** A bucket besides {@linkcode BUCKET}, with objects and settings. */
export const OTHER_BUCKET = "other-bucket";
/** A bucket without objects. */
export const EMPTY_BUCKET = "empty-bucket";
/** The domain whose subdomains are buckets. */
export const DOMAIN = "s3.test";
/** A second key pair that the gateway knows. */
export const OTHER_CREDENTIAL = { accessKeyId: "OTHERKEY", secretAccessKey: "other-secret" };

const TAGS = "<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>";
const CORS = "<CORSConfiguration><CORSRule><AllowedOrigin>https://example.org</AllowedOrigin>" +
  "<AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>";

/** Ids that requests need and nobody can know beforehand. */
export interface FixtureIds {
  /** Uploads, each with one part: one to go on, one to complete, one to abort. */
  readonly uploads: { readonly open: string; readonly complete: string; readonly abort: string };
  /** The ETag of the part, as in a document. */
  readonly partETag: string;
  /** Who owns the buckets. */
  readonly ownerId: string;
}

/** A gateway on an embedded hub with something of everything that requests can read or change. */
export interface Fixture extends AsyncDisposable {
  readonly signer: Signer;
  readonly ids: FixtureIds;
  readonly hub: RawGateway["gateway"]["hub"];
  connect(): Promise<RawConnection>;
  /** What the gateway has last logged that a request meant. */
  lastOperation(): string;
  /** Makes anew what a request uses up: the empty bucket, and the upload to abort. */
  renew(): Promise<FixtureIds>;
  /** All that a request could change: buckets, files, uploads, parts. */
  state(): Promise<unknown>;
}

/** Starts one, with key pairs besides its own. */
export async function fixture(more: readonly AccessCredential[] = []): Promise<Fixture> {
  let lastOperation = "";
  const log: Log = {
    debug: () => {},
    info: (_message, facts) => void (lastOperation = String(facts?.operation)),
    warning: (_message, facts) => void (lastOperation = String(facts?.operation)),
    error: (message, facts) => console.error(message, facts),
  };
  const registry = new MapUploadRegistry({ ttlMs: 60_000, now: () => NOON });
  const raw = await rawGateway({
    now: () => NOON,
    credentials: [CREDENTIAL, OTHER_CREDENTIAL, ...more],
    domains: [DOMAIN],
    registry,
    log,
  });
  const ids = await fill(raw);
  const { hub } = raw.gateway;
  return {
    signer: raw.signer,
    ids,
    hub,
    connect: raw.connect,
    lastOperation: () => lastOperation,
    async renew() {
      await send(raw, "PUT", `/${EMPTY_BUCKET}`);
      return { ...ids, uploads: { ...ids.uploads, abort: await startUpload(raw) } };
    },
    async state() {
      const buckets = new BucketClient({ token: hub.token, endpoint: hub.url, memoryBudget: 1e6 });
      const all = await Array.fromAsync(buckets.list());
      const state = await Promise.all(all.map(async ({ id }) => {
        const uploads = await Array.fromAsync(registry.listUploads(id.split("/")[1] ?? ""));
        return {
          id,
          files: await Array.fromAsync(buckets.listTree(id, { recursive: true })),
          uploads: await Promise.all(uploads.map(async (upload) => ({
            upload,
            parts: await registry.listParts(upload.uploadId, { after: 0, limit: 1000 }),
          }))),
        };
      }));
      await buckets.close();
      return state;
    },
    [Symbol.asyncDispose]: () => raw[Symbol.asyncDispose](),
  };
}

async function fill(raw: RawGateway): Promise<FixtureIds> {
  await send(raw, "PUT", `/${EMPTY_BUCKET}`);
  await send(raw, "PUT", `/${OTHER_BUCKET}`);
  for (const bucket of [BUCKET, OTHER_BUCKET]) {
    await send(raw, "PUT", `/${bucket}?tagging`, TAGS);
    await send(raw, "PUT", `/${bucket}?cors`, CORS);
    for (const key of ["k", "doomed", "untagged"]) {
      const headers = { "x-amz-meta-note": "old", "x-amz-tagging": "a=b" };
      await send(raw, "PUT", `/${bucket}/${key}`, `old ${key}`, headers);
    }
  }
  const owner = await send(raw, "GET", `/${BUCKET}?acl`);
  const open = await startUpload(raw);
  const parts = await send(raw, "GET", `/${BUCKET}/k?uploadId=${open}`);
  return {
    uploads: { open, complete: await startUpload(raw), abort: await startUpload(raw) },
    partETag: /<ETag>(.*?)<\/ETag>/.exec(parts)?.[1] ?? "",
    ownerId: /<ID>(.*?)<\/ID>/.exec(owner)?.[1] ?? "",
  };
}

async function startUpload(raw: RawGateway): Promise<string> {
  const begun = await send(raw, "POST", `/${BUCKET}/k?uploads`);
  const uploadId = /<UploadId>(.*)<\/UploadId>/.exec(begun)?.[1] ?? "";
  await send(raw, "PUT", `/${BUCKET}/k?partNumber=1&uploadId=${uploadId}`, "part");
  return uploadId;
}

async function send(
  raw: RawGateway,
  method: string,
  target: string,
  body = "",
  headers: RawRequest["headers"] = {},
): Promise<string> {
  const answer = await raw.signed(method, target, { body: utf8(body), headers });
  assertEquals(answer.status < 300, true, `${method} ${target} ${answer.body}`);
  return answer.body;
}
