/** The calls that ask about single xorbs, chunks and files, and the data URLs. */

import { hashModulo } from "../../xet/hash/hash.ts";
import { authorize } from "./access_tokens.ts";
import { type CasCall, type CasParts, knownFile, tableIn } from "./cas_parts.ts";
import { CasError } from "./cas_error.ts";
import { downloadData } from "./data_download.ts";
import { dedupAnswer } from "./dedup_answer.ts";
import { fileChunkHashes } from "./file_chunk_hashes.ts";
import { checkPrefix, readHash } from "./request_input.ts";
import { DEDUP_MODULUS } from "./shard_registration.ts";

/** Most xorbs of an answer to a deduplication query: 512 MiB. */
const MAX_ANSWER_XORBS = 8;

/** Makes these calls. */
export function queryCalls(parts: CasParts) {
  const { xorbs, files } = parts;
  return {
    headXorb({ request, parameters: [prefix = "", hash = ""] }) {
      authorize(parts.tokens, request.headers, "read");
      checkPrefix(prefix);
      return sizeResponse(xorbs.size(readHash(hash)));
    },
    headFile({ request, parameters: [hash = ""] }) {
      authorize(parts.tokens, request.headers, "read");
      return sizeResponse(files.size(readHash(hash)));
    },
    getChunk({ request, parameters: [prefix = "", hash = ""] }) {
      authorize(parts.tokens, request.headers, "read");
      checkPrefix(prefix);
      const xorb = files.xorbOfChunk(readHash(hash));
      if (xorb === undefined) throw new CasError(404, "The chunk is not known");
      const created = Math.floor(parts.now() / 1000);
      const beside = files.xorbsBeside(xorb).map((hash) => ({ hash, table: tableIn(xorbs, hash) }));
      const shard = dedupAnswer(beside.slice(0, MAX_ANSWER_XORBS), {
        key: parts.dedupKey,
        created,
        expires: created + parts.dedupLifetimeSeconds,
        eligible: (hash) => hashModulo(hash, DEDUP_MODULUS) === 0,
      });
      return new Response(shard, {
        headers: {
          "content-type": "application/octet-stream",
          "content-length": String(shard.length),
        },
      });
    },
    getFileChunkHashes({ request, parameters: [hash = ""] }) {
      authorize(parts.tokens, request.headers, "read");
      if (!parts.offer.fileChunkHashes) throw new CasError(404, "Chunk hashes are not offered");
      const file = knownFile(files, readHash(hash));
      const dirty = request.headers.get("x-range-dirty");
      return Response.json(fileChunkHashes(file, dirty, (xorb) => tableIn(xorbs, xorb)));
    },
    getData({ request, query, parameters: [hash = ""] }) {
      const xorb = readHash(hash);
      return downloadData(xorbs, {
        xorb,
        signed: parts.urls.verify(xorb, query),
        range: request.headers.get("range"),
        boundary: parts.randomId(),
      });
    },
  } satisfies Record<string, CasCall>;
}

function sizeResponse(size: number | undefined): Response {
  if (size === undefined) throw new CasError(404, "Not found");
  return new Response(null, { headers: { "content-length": String(size) } });
}
