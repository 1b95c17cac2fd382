/** The calls that write: xorbs, grants, shards. */

import { authorize } from "./access_tokens.ts";
import { BodyReader } from "./body_reader.ts";
import { CasError } from "./cas_error.ts";
import type { CasCall, CasParts } from "./cas_parts.ts";
import { checkPrefix, readGrantRequest, readHash, readJson } from "./request_input.ts";
import { receiveShard, uploadShard, uploadShardStreaming } from "./shard_upload.ts";
import { uploadXorb } from "./xorb_upload.ts";

const EMPTY = { status: 200, headers: { "content-length": "0" } } as const;

/** More telemetry than this breaks the connection. */
const MAX_TELEMETRY_BYTES = 1024 * 1024;

/** Makes these calls. */
export function uploadCalls(parts: CasParts) {
  const { xorbs, grants, verify, offer } = parts;
  return {
    async postXorb({ request, parameters: [prefix = "", hash = ""] }) {
      authorize(parts.tokens, request.headers, "write");
      checkPrefix(prefix);
      const inserted = await uploadXorb(readHash(hash), request.body, xorbs, verify);
      return Response.json({ was_inserted: inserted });
    },
    async postGrant({ request, publicUrl, parameters: [prefix = "", hash = ""] }) {
      authorize(parts.tokens, request.headers, "write");
      if (!offer.grants) throw new CasError(404, "Upload grants are not offered");
      checkPrefix(prefix);
      const wanted = readGrantRequest(readHash(hash), await readJson(request.body));
      if (xorbs.size(wanted.hash) !== undefined) return new Response(null, EMPTY);
      const id = await grants.grant(wanted);
      return Response.json({
        id,
        method: "PUT",
        url: `${publicUrl}/uploads/${id}`,
        headers: { "if-none-match": "*" },
      }, { status: 201 });
    },
    // The id is the permission, as with a presigned URL of an object store.
    async putUpload({ request, parameters: [id = ""] }) {
      await grants.upload(id, request.body);
      return new Response(null, EMPTY);
    },
    async postCommit({ request, parameters: [prefix = "", hash = "", id = ""] }) {
      authorize(parts.tokens, request.headers, "write");
      checkPrefix(prefix);
      await grants.commit(readHash(hash), id);
      return new Response(null, EMPTY);
    },
    async postShardV1({ request }) {
      authorize(parts.tokens, request.headers, "write");
      return await uploadShard(await receiveShard(request.body), parts);
    },
    async postShardV2({ request }) {
      authorize(parts.tokens, request.headers, "write");
      if (!offer.shardsV2) throw new CasError(404, "Streaming shard upload is not offered");
      return uploadShardStreaming(await receiveShard(request.body), parts);
    },
    async postTelemetry({ request }) {
      authorize(parts.tokens, request.headers, "read");
      if (request.body !== null) await new BodyReader(request.body).drain(MAX_TELEMETRY_BYTES);
      return new Response(null, EMPTY);
    },
  } satisfies Record<string, CasCall>;
}
