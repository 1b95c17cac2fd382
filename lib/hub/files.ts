import { type CallOptions, json, nextQuery } from "./buckets.ts";
import { type HubReply, malformed, parseReply } from "./reply.ts";
import type { Transport } from "./transport.ts";
import { bucketPath, pathSegment } from "./urls.ts";
import {
  type BatchReply,
  BatchSchema,
  type FileInfo,
  FilesSchema,
  type TreeItem,
  TreeSchema,
} from "./wire.ts";

/** The most paths that one paths-info call may ask for, and operations that one batch may hold. */
export const MAX_PER_CALL = 1000;

/** What a page of a listing is asked for with. */
export interface TreePageOptions extends CallOptions {
  /** Only paths that begin with it, as plain text: `logs` matches `logs.json` too. */
  readonly prefix?: string | undefined;
  /** Files at all depths, or files and directories one level down. */
  readonly recursive: boolean;
  /** Entries per page; the Hub's choice by default. */
  readonly limit?: number | undefined;
  /** Where an earlier page of the same listing ended. */
  readonly cursor?: string | undefined;
}

/** A page of a listing. */
export interface TreePage {
  /** The entries, in the order in which the Hub gave them. */
  readonly items: readonly TreeItem[];
  /** Where the next page begins; absent after the last. It can be used at any later time. */
  readonly cursor?: string;
}

/** `GET /api/buckets/{namespace}/{name}/tree[/{prefix}]`, one page. */
export async function treePage(
  transport: Transport,
  id: string,
  options: TreePageOptions,
): Promise<TreePage> {
  const prefix = options.prefix ?? "";
  const segment = prefix === "" ? undefined : pathSegment(prefix);
  const query = new URLSearchParams({ recursive: String(options.recursive) });
  if (options.limit !== undefined) query.set("limit", String(options.limit));
  if (options.cursor !== undefined) query.set("cursor", options.cursor);
  const reply = await transport.send({
    method: "GET",
    path: `/api/buckets/${bucketPath(id)}/tree${
      segment === undefined ? "" : `/${segment}`
    }?${query}`,
    idempotent: true,
    signal: options.signal,
  });
  const items = parseReply(reply, TreeSchema);
  const next = nextQuery(reply.headers, transport.base);
  const page = {
    // The prefixes `.` and `..` are asked for as no prefix and picked out here.
    items: segment === undefined ? items.filter((item) => item.path.startsWith(prefix)) : items,
  };
  if (next === undefined) return page;
  const cursor = new URLSearchParams(next).get("cursor");
  if (cursor === null) throw malformed(reply, "the next page has no cursor");
  if (cursor === options.cursor) throw malformed(reply, "the next page is the same page");
  return { ...page, cursor };
}

/**
 * `POST /api/buckets/{namespace}/{name}/paths-info`.
 *
 * @returns The files among the paths that exist, in no given order.
 */
export async function pathsInfo(
  transport: Transport,
  id: string,
  paths: readonly string[],
  options: CallOptions,
): Promise<FileInfo[]> {
  limitCount(paths.length);
  const reply = await transport.send({
    method: "POST",
    path: `/api/buckets/${bucketPath(id)}/paths-info`,
    body: json({ paths }),
    idempotent: true,
    ...options,
  });
  return parseReply(reply, FilesSchema);
}

/** One line of a batch. */
export type BatchOperation =
  | {
    /** Puts content that the CAS has at a path, in place of what was there. */
    readonly type: "addFile";
    readonly path: string;
    /** The content's Xet hash; all zeros for the empty file. */
    readonly xetHash: string;
    /** Milliseconds since 1970, an integer. */
    readonly mtime: number;
    readonly contentType?: string | undefined;
  }
  | { readonly type: "deleteFile"; readonly path: string }
  | {
    /** Puts content of another bucket or repo at a path; no bytes move. */
    readonly type: "copyFile";
    readonly path: string;
    readonly xetHash: string;
    readonly sourceRepoType: "bucket" | "model" | "dataset" | "space";
    /** `namespace/name`. */
    readonly sourceRepoId: string;
    readonly mtime: number;
    readonly size?: number | undefined;
    readonly contentType?: string | undefined;
  };

/** An operation of a batch that was not applied, and the Hub's reason. */
export interface BatchFailure {
  readonly path: string;
  readonly error: string;
}

/**
 * `POST /api/buckets/{namespace}/{name}/batch`: applies changes, each for itself. It is repeated
 * only after a 429.
 *
 * @param operations At most 1,000, no path twice: the Hub promises no order inside a batch.
 * @throws HubError, with `outcomeUnknown` set when some or all may have been applied: ask
 * paths-info before trying again.
 */
export async function batch(
  transport: Transport,
  id: string,
  operations: readonly BatchOperation[],
): Promise<{ readonly failed: readonly BatchFailure[] }> {
  limitCount(operations.length);
  const paths = new Set(operations.map(({ path }) => path));
  if (paths.size !== operations.length) {
    throw new TypeError("A batch must not hold two operations on one path");
  }
  const reply = await transport.send({
    method: "POST",
    path: `/api/buckets/${bucketPath(id)}/batch`,
    body: {
      type: "application/x-ndjson",
      text: operations.map((operation) => JSON.stringify(operation) + "\n").join(""),
    },
    idempotent: false,
    accept: [422],
  });
  const { failed, success, succeeded } = readBatch(transport, reply);
  if (failed.some(({ path }) => !paths.has(path))) {
    throw malformed(reply, "a failure of a path that was not sent", true);
  }
  const applied = operations.length - new Set(failed.map(({ path }) => path)).size;
  if ((succeeded ?? applied) !== applied || (success === false && applied === operations.length)) {
    throw malformed(reply, "the counts do not fit the failures", true);
  }
  return { failed };
}

/** A 422 is either the outcome of a batch, all of it failed, or a plain refusal of the request. */
function readBatch(transport: Transport, reply: HubReply): BatchReply {
  try {
    return parseReply(reply, BatchSchema, true);
  } catch (error) {
    throw reply.status === 422 ? transport.refuse(reply, true) : error;
  }
}

function limitCount(count: number): void {
  if (count > MAX_PER_CALL) throw new RangeError(`More than ${MAX_PER_CALL} in one call: ${count}`);
}
