/** What the calls of the CAS share: the parts they work with, and the shape of a call. */

import type { BlobFiles } from "../storage/blob_files.ts";
import type { AccessTokens } from "./access_tokens.ts";
import { CasError } from "./cas_error.ts";
import type { FileStore, StoredFile } from "./file_store.ts";
import type { SignedUrls } from "./signed_urls.ts";
import type { UploadGrants } from "./upload_grants.ts";
import type { XorbStore } from "./xorb_store.ts";
import type { XorbTable } from "./xorb_table.ts";

/** Optional parts of the protocol. What is false answers 404, as a server without it. */
export interface CasOffer {
  /** `POST /v1/xorb-grants`. */
  readonly grants: boolean;
  /** `POST /v2/shards`. */
  readonly shardsV2: boolean;
  /** `GET /v2/reconstructions`. */
  readonly reconstructionsV2: boolean;
  /** `GET /v2/file-chunk-hashes`. */
  readonly fileChunkHashes: boolean;
  /**
   * Whether one URL of a v2 reconstruction may stand for several ranges; else there is a URL for
   * each.
   */
  readonly multirange: boolean;
}

/** What the calls work with; the optional ones are as in `CasOptions`. */
export interface CasParts {
  readonly xorbs: XorbStore;
  readonly files: FileStore;
  readonly shardFiles: BlobFiles;
  readonly grants: UploadGrants;
  readonly tokens: Pick<AccessTokens, "verify">;
  readonly urls: SignedUrls;
  /** 32 bytes that deduplication answers are keyed with. */
  readonly dedupKey: Uint8Array;
  readonly dedupLifetimeSeconds: number;
  readonly now: () => number;
  readonly randomId: () => string;
  readonly verify: boolean;
  readonly onError: (error: unknown) => void;
  readonly offer: CasOffer;
}

/** A request on its way to its call. */
export interface CasRequest {
  readonly request: Request;
  /** The URL that this client reaches the CAS by, without a slash at its end. */
  readonly publicUrl: string;
  /** Undecoded, without the question mark. */
  readonly query: string;
  /** The variable segments of the path, undecoded. */
  readonly parameters: readonly string[];
}

/** Answers one kind of request. */
export type CasCall = (request: CasRequest) => Response | Promise<Response>;

/** A file that is known. Throws a 404 for any other. */
export function knownFile(files: FileStore, hash: string): StoredFile {
  const file = files.file(hash);
  if (file === undefined) throw new CasError(404, `File ${hash} is not known`);
  return file;
}

/**
 * The table of a xorb that a registered file names: its absence is a fault of the store, not of a
 * request.
 */
export function tableIn(xorbs: XorbStore, hash: string): XorbTable {
  const table = xorbs.table(hash);
  if (table === undefined) throw new Error(`The stored xorb ${hash} has no chunk table`);
  return table;
}
