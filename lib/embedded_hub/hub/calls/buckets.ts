/** The calls on whole buckets: create, info, list, delete, settings, move. */

import { assertMayWrite, type Caller, seesPrivate, stableId } from "../accounts.ts";
import {
  bucketId,
  type BucketName,
  readableBucket,
  signedIn,
  writableBucket,
} from "../bucket_access.ts";
import type { HubContext } from "../context.ts";
import { readCursor, writeCursor } from "../cursor.ts";
import { HubError, repoNotFound } from "../hub_error.ts";
import { type HubRequest, jsonResponse, readJsonObject } from "../hub_request.ts";
import { nameProblem } from "../name_rules.ts";
import { bucketItem, bucketUrl, nextLink } from "../wire.ts";
import { transaction } from "../../storage/database.ts";

const MAX_BODY_BYTES = 64 * 1024;

/** `POST /api/buckets/{ns}/{name}`. A taken name is 409 with the `url` of the bucket that has it. */
export async function createBucket(
  context: HubContext,
  request: HubRequest,
  caller: Caller,
  wanted: BucketName,
): Promise<Response> {
  const account = signedIn(caller);
  const bucket = { ...wanted, namespace: ownNamespace(account.name, wanted.namespace) };
  const options = readCreateOptions(await readJsonObject(request, MAX_BODY_BYTES));
  const problem = nameProblem(bucket.name);
  if (problem !== undefined) throw new HubError(400, `Invalid bucket name: ${problem}`);
  assertMayWrite(account, bucket.namespace);
  const url = bucketUrl(request.origin, bucket);
  const createdAt = context.now();
  const created = transaction(context.database, () => {
    if (context.buckets.find(bucket.namespace, bucket.name) !== undefined) {
      const message = `You already created this bucket: ${bucketId(bucket)}`;
      throw new HubError(409, message, { fields: { url } });
    }
    const hubId = stableId("bucket", context.randomId());
    return context.buckets.create({ ...bucket, ...options, hubId, createdAt });
  });
  return jsonResponse({ url, id: created.hubId, name: bucketId(bucket) });
}

/** `GET /api/buckets/{ns}/{name}`. */
export function bucketInfo(context: HubContext, caller: Caller, name: BucketName): Response {
  return jsonResponse(bucketItem(readableBucket(context, caller, name)));
}

/** `GET /api/buckets/{ns}?search=`: the buckets of a namespace that the caller sees, in pages. */
export function listBuckets(
  context: HubContext,
  request: HubRequest,
  caller: Caller,
  wanted: string,
): Response {
  const namespace = wanted === "me" ? signedIn(caller).name : wanted;
  if (!context.accounts.isNamespace(namespace)) throw new HubError(404, "Namespace not found");
  const cursor = request.query.get("cursor");
  const limit = context.settings.bucketPageSize;
  const found = context.buckets.list({
    namespace,
    search: request.query.get("search") ?? "",
    withPrivate: seesPrivate(caller, namespace),
    after: cursor === null ? "" : readCursor(cursor).path,
    limit: limit + 1,
  });
  const page = found.slice(0, limit);
  const last = page.at(-1);
  const headers = found.length > limit && last !== undefined
    ? nextLink(request, writeCursor({ kind: "after", path: last.name }))
    : {};
  return jsonResponse(page.map(bucketItem), { headers });
}

/** `DELETE /api/buckets/{ns}/{name}`: the bucket goes with all its files. */
export function deleteBucket(context: HubContext, caller: Caller, name: BucketName): Response {
  context.buckets.delete(writableBucket(context, caller, name));
  return jsonResponse({ success: true });
}

/** `PUT /api/buckets/{ns}/{name}/settings` with `{"private": boolean}`. */
export async function updateSettings(
  context: HubContext,
  request: HubRequest,
  caller: Caller,
  name: BucketName,
): Promise<Response> {
  const bucket = writableBucket(context, caller, name);
  const body = await readJsonObject(request, MAX_BODY_BYTES);
  const value = readPrivate(body);
  if (value === undefined) throw new HubError(400, "Nothing to update: expected 'private'");
  transaction(context.database, () => {
    context.buckets.setPrivate(bucket, value);
    context.buckets.change(bucket, { size: 0, files: 0 }, context.now());
  });
  return jsonResponse({ private: value });
}

/** `POST /api/repos/move` with `{"fromRepo", "toRepo", "type": "bucket"}`. */
export async function moveRepo(
  context: HubContext,
  request: HubRequest,
  caller: Caller,
): Promise<Response> {
  const account = signedIn(caller);
  const body = await readJsonObject(request, MAX_BODY_BYTES);
  // Models, datasets and Spaces can be named here too; this hub makes them from seeds and moves none.
  if (body["type"] !== "bucket") throw repoNotFound();
  const from = readBucketId(body["fromRepo"], "fromRepo");
  const to = readBucketId(body["toRepo"], "toRepo");
  const problem = nameProblem(to.name);
  if (problem !== undefined) throw new HubError(400, `Invalid bucket name: ${problem}`);
  const bucket = writableBucket(context, account, from);
  assertMayWrite(account, to.namespace);
  transaction(context.database, () => {
    if (context.buckets.find(to.namespace, to.name) !== undefined) {
      throw new HubError(409, `The bucket ${bucketId(to)} already exists`);
    }
    context.buckets.move(bucket, to.namespace, to.name);
    context.buckets.change(bucket, { size: 0, files: 0 }, context.now());
  });
  return jsonResponse({ url: bucketUrl(request.origin, to) });
}

function ownNamespace(user: string, namespace: string): string {
  return namespace === "me" ? user : namespace;
}

function readCreateOptions(
  body: Readonly<Record<string, unknown>>,
): { readonly private: boolean; readonly region: string } {
  const region = body["region"] ?? "us";
  if (region !== "us" && region !== "eu") {
    throw new HubError(400, "Invalid region: expected 'us' or 'eu'");
  }
  const group = body["resourceGroupId"];
  if (group !== undefined && group !== null && typeof group !== "string") {
    throw new HubError(400, "Invalid resourceGroupId: expected a string");
  }
  return { private: readPrivate(body) ?? false, region };
}

/** `visibility` ("public", "private") or else `private` (boolean). */
function readPrivate(body: Readonly<Record<string, unknown>>): boolean | undefined {
  const visibility = body["visibility"];
  if (visibility === "public" || visibility === "private") return visibility === "private";
  if (visibility !== undefined && visibility !== null) {
    throw new HubError(400, "Invalid visibility: expected 'public' or 'private'");
  }
  const value = body["private"];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "boolean") throw new HubError(400, "Invalid private: expected a boolean");
  return value;
}

function readBucketId(value: unknown, field: string): BucketName {
  const parts = typeof value === "string" ? value.split("/") : [];
  const [namespace, name] = parts;
  if (parts.length !== 2 || !namespace || !name) {
    throw new HubError(400, `Invalid ${field}: expected "namespace/name"`);
  }
  return { namespace, name };
}
