/** `POST /api/buckets/{ns}/{name}/batch`: the one way to write files into a bucket. */

import type { Caller } from "../accounts.ts";
import { type BatchOperation, parseBatch } from "../batch_operations.ts";
import { type BucketName, readableBucket, writableBucket } from "../bucket_access.ts";
import type { Bucket } from "../bucket_table.ts";
import { EMPTY_FILE_HASH, type HubContext } from "../context.ts";
import { HubError } from "../hub_error.ts";
import { type HubRequest, jsonResponse, readText } from "../hub_request.ts";
import { pathProblem } from "../path_rules.ts";
import { openRepo } from "../repos/repo_access.ts";
import { repoTypeOf } from "../repos/repo_name.ts";
import { transaction } from "../../storage/database.ts";

const MAX_BODY_BYTES = 64 * 1024 * 1024;

/** How an operation changed its bucket. */
interface Change {
  readonly size: number;
  readonly files: number;
}

/** Why one operation of a batch was not applied, while others may have been. */
class OperationRefused extends Error {
  override readonly name = "OperationRefused";
}

/**
 * Applies the operations in order, each alone: those that cannot be applied are told in `failed` and the others stand.
 * 200 if any was applied, 422 if none was. What was applied is durable when the answer goes out.
 */
export async function batch(
  context: HubContext,
  request: HubRequest,
  caller: Caller,
  name: BucketName,
): Promise<Response> {
  writableBucket(context, caller, name);
  if (!(request.headers.get("Content-Type") ?? "").startsWith("application/x-ndjson")) {
    throw new HubError(400, "Expected Content-Type application/x-ndjson");
  }
  const operations = parseBatch(await readText(request, MAX_BODY_BYTES));
  const failed = transaction(context.database, () => {
    // Asked again: the bucket may have gone while the body came in.
    const bucket = writableBucket(context, caller, name);
    return applyAll(context, caller, bucket, operations);
  });
  const succeeded = operations.length - failed.length;
  const body = {
    success: failed.length === 0,
    processed: operations.length,
    succeeded,
    failed,
  };
  return jsonResponse(body, { status: succeeded === 0 ? 422 : 200 });
}

function applyAll(
  context: HubContext,
  caller: Caller,
  bucket: Bucket,
  operations: readonly BatchOperation[],
): readonly { readonly path: string; readonly error: string }[] {
  const now = context.now();
  const failed: { path: string; error: string }[] = [];
  let size = 0;
  let files = 0;
  for (const operation of operations) {
    try {
      const change = apply(context, caller, bucket, operation, now);
      size += change.size;
      files += change.files;
    } catch (error) {
      if (!(error instanceof OperationRefused)) throw error;
      failed.push({ path: operation.path, error: error.message });
    }
  }
  if (failed.length < operations.length) context.buckets.change(bucket, { size, files }, now);
  return failed;
}

function apply(
  context: HubContext,
  caller: Caller,
  bucket: Bucket,
  operation: BatchOperation,
  now: number,
): Change {
  const refusal = context.settings.refuseOperation(operation);
  if (refusal !== undefined) throw new OperationRefused(refusal);
  switch (operation.kind) {
    case "addFile":
      return put(context, bucket, operation, registeredSize(context, operation.xetHash), now);
    case "copyFile":
      return put(context, bucket, operation, sourceSize(context, caller, bucket, operation), now);
    case "deleteFile":
      return remove(context, bucket, operation.path);
    default:
      return operation satisfies never;
  }
}

function put(
  context: HubContext,
  bucket: Bucket,
  operation: Exclude<BatchOperation, { kind: "deleteFile" }>,
  size: number,
  now: number,
): Change {
  const { path, xetHash, mtime, contentType } = operation;
  const problem = pathProblem(path);
  if (problem !== undefined) throw new OperationRefused(problem);
  if (context.settings.refuseFileBesideDirectory) assertNoDirectory(context, bucket, path);
  const old = context.files.find(bucket.id, path);
  context.files.put(bucket.id, { path, xetHash, size, uploadedAt: now, mtime, contentType });
  return { size: size - (old?.size ?? 0), files: old === undefined ? 1 : 0 };
}

function remove(context: HubContext, bucket: Bucket, path: string): Change {
  const old = context.files.find(bucket.id, path);
  if (old === undefined) {
    if (context.settings.failDeleteOfMissing) throw new OperationRefused("File not found");
    return { size: 0, files: 0 };
  }
  context.files.delete(bucket.id, path);
  return { size: -old.size, files: -1 };
}

/** A file can be added once the CAS knows it; the empty file is always known. */
function registeredSize(context: HubContext, xetHash: string): number {
  if (xetHash === EMPTY_FILE_HASH) return 0;
  const file = context.contents.file(xetHash);
  if (file === undefined) throw new OperationRefused("Xet hash not found");
  return file.size;
}

/** Content can be copied out of a bucket or a repo of the same region that the caller may read and that holds it. */
function sourceSize(
  context: HubContext,
  caller: Caller,
  { region }: Bucket,
  operation: Extract<BatchOperation, { kind: "copyFile" }>,
): number {
  const source = findIn(context, caller, operation);
  if (source === undefined) {
    throw new OperationRefused(`Source ${operation.sourceRepoType} not found`);
  }
  if (source.region !== region) {
    throw new OperationRefused(`The source is stored in another region, ${source.region}`);
  }
  const content = source.find(operation.xetHash);
  if (content === undefined) throw new OperationRefused("Xet hash not found in the source");
  return content.size;
}

/** Where content is copied from. */
interface Source {
  readonly region: string;
  /** Undefined for content that it does not hold. */
  readonly find: (xetHash: string) => { readonly size: number } | undefined;
}

/** Where repos are stored. */
const REPO_REGION = "us";

/** A source, or `undefined` where the caller cannot read any such one. */
function findIn(
  context: HubContext,
  caller: Caller,
  { sourceRepoType, sourceRepoId }: Extract<BatchOperation, { kind: "copyFile" }>,
): Source | undefined {
  const [first = "", second, ...rest] = sourceRepoId.split("/");
  if (first === "" || second === "" || rest.length > 0) return undefined;
  try {
    if (sourceRepoType === "bucket") {
      if (second === undefined) return undefined;
      const bucket = readableBucket(context, caller, { namespace: first, name: second });
      return {
        region: bucket.region,
        find: (hash) => context.files.findContent(bucket.id, hash),
      };
    }
    const type = repoTypeOf(`${sourceRepoType}s`);
    if (type === undefined) return undefined;
    const name = second === undefined
      ? { type, namespace: "", name: first }
      : { type, namespace: first, name: second };
    const repo = openRepo(context, caller, name);
    return {
      region: REPO_REGION,
      find: (hash) => context.objects.findContent(repo.id, hash),
    };
  } catch (error) {
    if (error instanceof HubError) return undefined;
    throw error;
  }
}

/** Whether the real Hub holds `a` beside `a/b` is not known; this is the stricter of the two. */
function assertNoDirectory(context: HubContext, bucket: Bucket, path: string): void {
  const below = context.files.scan(bucket.id, { kind: "from", path: `${path}/` }, 1)[0];
  if (below?.path.startsWith(`${path}/`)) throw new OperationRefused("Path is a directory");
  for (let slash = path.indexOf("/"); slash !== -1; slash = path.indexOf("/", slash + 1)) {
    if (context.files.find(bucket.id, path.slice(0, slash)) !== undefined) {
      throw new OperationRefused("A parent of the path is a file");
    }
  }
}
