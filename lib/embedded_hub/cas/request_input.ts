/**
 * Reads the small parts of CAS requests: hashes, prefixes, JSON bodies. Throws a 400 for what is
 * malformed.
 */

import { parseHash, printHash } from "../../xet/hash/hash.ts";
import { BodyReader } from "./body_reader.ts";
import { refused } from "./cas_error.ts";
import type { GrantRequest } from "./upload_grants.ts";

/** Bytes of JSON that are read at most. */
const MAX_JSON_BYTES = 4 * 1024 * 1024;

/** Clients say `default`, Xet's documentation `default-merkledb`. */
const PREFIXES: ReadonlySet<string> = new Set(["default", "default-merkledb"]);

/** A printed hash in lower case. */
export function readHash(text: string): string {
  if (!/^[0-9a-fA-F]{64}$/.test(text)) throw refused(`Not a hash of 64 hex digits: ${text}`);
  return printHash(parseHash(text));
}

/** Throws unless the prefix is one that is known. */
export function checkPrefix(prefix: string): void {
  if (!PREFIXES.has(prefix)) throw refused(`The prefix ${prefix} is not known`);
}

/** A JSON body. */
export async function readJson(body: ReadableStream<Uint8Array> | null): Promise<unknown> {
  if (body === null) throw refused("A JSON body is required");
  const reader = new BodyReader(body);
  const bytes = await reader.take(MAX_JSON_BYTES + 1);
  if (bytes.length > MAX_JSON_BYTES) {
    await reader.cancel();
    throw refused("The JSON body is too large");
  }
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw refused("The body is not JSON", { cause: error });
  }
}

/**
 * The body of `POST /v1/xorb-grants/{prefix}/{hash}`: `{"length", "checksum": {"algo": "crc64nvme",
 * "value": decimal string}}`.
 */
export function readGrantRequest(hash: string, json: unknown): GrantRequest {
  const { length, checksum } = record(json);
  const { algo, value } = record(checksum);
  if (typeof length !== "number" || !Number.isSafeInteger(length) || length < 0) {
    throw refused("The length is not a whole number");
  }
  if (algo !== "crc64nvme") throw refused("The checksum's algo is not crc64nvme");
  if (typeof value !== "string" || !/^\d{1,20}$/.test(value)) {
    throw refused("The checksum's value is not a decimal string");
  }
  return { hash, length, crc: BigInt(value) };
}

/** The hashes of `POST /v1/reconstructions`: `[{"prefix", "hash"}]`. */
export function readBatchKeys(json: unknown): string[] {
  if (!Array.isArray(json)) throw refused("The body is not a list of keys");
  return json.map((key) => {
    const { prefix, hash } = record(key);
    if (typeof prefix !== "string" || typeof hash !== "string") {
      throw refused("A key is not {prefix, hash}");
    }
    checkPrefix(prefix);
    return readHash(hash);
  });
}

function record(json: unknown): Readonly<Record<string, unknown>> {
  if (typeof json !== "object" || json === null) throw refused("The JSON body is malformed");
  // Any object may be asked for any field; each is then tested for its type.
  return json as Readonly<Record<string, unknown>>;
}
