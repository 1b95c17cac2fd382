/**
 * Upload grants: a xorb goes to a URL of its own, as to an object store, and is looked into when it
 * is committed.
 *
 * Grants live in memory only; a client that loses one to a restart is told 404 at its commit and
 * asks for a new one.
 */

import type { BlobWriter } from "../storage/blob_files.ts";
import { BodyReader, BrokenBodyError } from "./body_reader.ts";
import { CasError, refused } from "./cas_error.ts";
import { MAX_XORB_BYTES, type ReceivedXorb, receiveXorb } from "./receive_xorb.ts";
import type { XorbStore } from "./xorb_store.ts";

/** So long a grant can be used, in milliseconds. */
const LIFETIME_MILLISECONDS = 15 * 60 * 1000;

/** What the client says about the xorb that it is going to upload. */
export interface GrantRequest {
  /** Printed hash. */
  readonly hash: string;
  /** Bytes of the body. */
  readonly length: number;
  /** CRC-64/NVME of the body. */
  readonly crc: bigint;
}

/** What became of a grant's upload. */
type Upload =
  | { readonly kind: "none" }
  | { readonly kind: "under way" }
  | { readonly kind: "stored"; readonly writer: BlobWriter; readonly received: ReceivedXorb }
  | { readonly kind: "bad"; readonly reason: CasError }
  | { readonly kind: "committed" };

interface Grant extends GrantRequest {
  readonly ends: number;
  upload: Upload;
}

/** The grants of a CAS. */
export interface UploadGrants {
  /** Makes a grant and returns its id. */
  grant(request: GrantRequest): Promise<string>;
  /**
   * Takes the upload. Throws 403 for an unknown or ended grant, 409 while another upload is under
   * way, 412 after one.
   */
  upload(id: string, body: ReadableStream<Uint8Array> | null): Promise<void>;
  /**
   * Stores what was uploaded. Throws 404 when nothing was, 400 when it is not exactly the chunks of
   * the granted hash.
   */
  commit(hash: string, id: string): Promise<void>;
  /** Drops everything that was not committed. */
  close(): Promise<void>;
}

/** What grants work with. */
export interface UploadGrantOptions {
  readonly xorbs: XorbStore;
  readonly verify: boolean;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** A fresh name that cannot be guessed. */
  readonly randomId: () => string;
}

/** Opens an empty set of grants. */
export function uploadGrants(options: UploadGrantOptions): UploadGrants {
  const grants = new Map<string, Grant>();
  const drop = async (id: string, grant: Grant): Promise<void> => {
    grants.delete(id);
    if (grant.upload.kind === "stored") await grant.upload.writer.abort();
  };
  return {
    async grant(request) {
      const now = options.now();
      for (const [id, grant] of grants) {
        if (grant.ends <= now && grant.upload.kind !== "under way") await drop(id, grant);
      }
      const id = options.randomId();
      grants.set(id, { ...request, ends: now + LIFETIME_MILLISECONDS, upload: { kind: "none" } });
      return id;
    },
    async upload(id, body) {
      const grant = grants.get(id);
      if (grant === undefined || grant.ends <= options.now()) {
        throw new CasError(403, "There is no such upload grant, or it has ended");
      }
      if (grant.upload.kind === "under way") throw new CasError(409, "An upload is under way");
      if (grant.upload.kind !== "none") throw new CasError(412, "Something was uploaded already");
      grant.upload = { kind: "under way" };
      try {
        grant.upload = await storeUpload(body, options);
      } catch (error) {
        // The transfer broke off: it may be tried again.
        grant.upload = { kind: "none" };
        throw error;
      }
    },
    async commit(hash, id) {
      const grant = grants.get(id);
      if (grant === undefined || grant.hash !== hash) {
        throw new CasError(404, "There is no such upload grant for this xorb");
      }
      await commitGrant(grant, options.xorbs);
    },
    async close() {
      for (const [id, grant] of [...grants]) await drop(id, grant);
    },
  };
}

/** An object store takes any bytes; so what is wrong with them is kept for the commit to tell. */
async function storeUpload(
  body: ReadableStream<Uint8Array> | null,
  { xorbs, verify }: UploadGrantOptions,
): Promise<Upload> {
  if (body === null) return { kind: "bad", reason: refused("The xorb is empty") };
  const reader = new BodyReader(body);
  const writer = await xorbs.begin();
  try {
    const received = await receiveXorb(reader, writer, { verify, crc: true, footer: "refuse" });
    return { kind: "stored", writer, received };
  } catch (error) {
    await writer.abort();
    if (!(error instanceof CasError) || error instanceof BrokenBodyError) throw error;
    await reader.drain(2 * MAX_XORB_BYTES);
    return { kind: "bad", reason: error };
  }
}

async function commitGrant(grant: Grant, xorbs: XorbStore): Promise<void> {
  const { upload } = grant;
  switch (upload.kind) {
    case "none":
    case "under way":
      throw new CasError(404, "Nothing was uploaded under this grant");
    case "bad":
      throw upload.reason;
    case "committed":
      return;
    case "stored": {
      const { writer, received } = upload;
      const problem = problemOf(grant, received);
      if (problem !== undefined) {
        grant.upload = { kind: "bad", reason: problem };
        await writer.abort();
        throw problem;
      }
      grant.upload = { kind: "under way" };
      try {
        await xorbs.keep(grant.hash, writer, received.length, received.table);
        grant.upload = { kind: "committed" };
      } finally {
        if (grant.upload.kind !== "committed") grant.upload = { kind: "none" };
      }
      return;
    }
    default:
      upload satisfies never;
  }
}

function problemOf(grant: Grant, { hash, length, crc }: ReceivedXorb): CasError | undefined {
  if (length !== grant.length) {
    return refused(`The upload has ${length} bytes, granted were ${grant.length}`);
  }
  if (crc !== grant.crc) return refused("The upload does not have the granted checksum");
  if (hash !== undefined && hash !== grant.hash) {
    return refused(`The upload is xorb ${hash}, not ${grant.hash}`);
  }
  return undefined;
}
