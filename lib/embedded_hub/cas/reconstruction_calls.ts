/** The calls that tell how files are put together. */

import { authorize } from "./access_tokens.ts";
import { type ByteRange, resolveRange } from "./byte_ranges.ts";
import { type CasCall, type CasParts, knownFile, tableIn } from "./cas_parts.ts";
import { CasError } from "./cas_error.ts";
import type { StoredFile } from "./file_store.ts";
import { answerBatch, type AnswerTools, answerV1, answerV2 } from "./reconstruction_answers.ts";
import { readBatchKeys, readHash, readJson } from "./request_input.ts";

/** Makes these calls. */
export function reconstructionCalls(parts: CasParts) {
  const { files, xorbs, offer } = parts;
  const tools = (base: string): AnswerTools => ({
    tableOf: (hash) => tableIn(xorbs, hash),
    sign: (xorb, ranges) => parts.urls.sign(base, xorb, ranges),
    multirange: offer.multirange,
  });
  const batch = (base: string, hashes: readonly string[]): Response => {
    const found = new Map(hashes.map((hash) => [hash, knownFile(files, hash)]));
    return Response.json(answerBatch(found, tools(base)));
  };
  return {
    getReconstructionV1({ request, publicUrl, parameters: [hash = ""] }) {
      authorize(parts.tokens, request.headers, "read");
      const file = knownFile(files, readHash(hash));
      return Response.json(answerV1(file, readRange(request, file), tools(publicUrl)));
    },
    getReconstructionV2({ request, publicUrl, parameters: [hash = ""] }) {
      authorize(parts.tokens, request.headers, "read");
      if (!offer.reconstructionsV2) throw new CasError(404, "Version 2 is not offered");
      const file = knownFile(files, readHash(hash));
      return Response.json(answerV2(file, readRange(request, file), tools(publicUrl)));
    },
    getReconstructions({ request, publicUrl, query }) {
      authorize(parts.tokens, request.headers, "read");
      return batch(publicUrl, new URLSearchParams(query).getAll("file_id").map(readHash));
    },
    async postReconstructions({ request, publicUrl }) {
      authorize(parts.tokens, request.headers, "read");
      return batch(publicUrl, readBatchKeys(await readJson(request.body)));
    },
  } satisfies Record<string, CasCall>;
}

/** The bytes of the file that a query is about. The empty file has none to be out of range. */
function readRange(request: Request, file: StoredFile): ByteRange | undefined {
  const header = request.headers.get("range");
  if (header === null || file.size === 0) return undefined;
  const range = resolveRange(header, file.size);
  if (range === undefined) {
    throw new CasError(416, `The range ${header} is not within the file's ${file.size} bytes`);
  }
  return range;
}
