import { BucketClient, type BucketClientOptions } from "../../lib/buckets/bucket_client.ts";
import { type ScriptedHub, type SeenRequest, startHub, TOKEN } from "../hub/scripted_hub.ts";

/** A line of a batch as it came in. */
export interface SentOperation {
  readonly type: string;
  readonly path: string;
  readonly xetHash?: string;
  readonly mtime?: number;
}

/** How the server may differ from a Hub without faults. */
export interface Faults {
  /** Milliseconds before each batch is applied. */
  readonly batchMs?: number;
  /** The Hub's reason for not applying an operation. */
  readonly refuse?: (operation: SentOperation, batch: number) => string | undefined;
  /** Whether a batch (counted from 1) is applied, and what is answered instead. */
  readonly instead?: (
    batch: number,
    operations: readonly SentOperation[],
  ) => { readonly apply: boolean; readonly answer: Response } | undefined;
  /** What is answered to a paths-info call (counted from 1) instead. */
  readonly look?: (count: number, paths: readonly string[]) => Response | undefined;
}

/** A server that holds the files of one bucket, and what was asked of it. */
export interface FileServer extends AsyncDisposable {
  readonly hub: ScriptedHub;
  /** Path → operation that put it there. */
  readonly files: Map<string, SentOperation>;
  /** Paths of each batch, in order. */
  readonly batches: readonly (readonly SentOperation[])[];
  /** Paths of each paths-info call. */
  readonly looks: readonly (readonly string[])[];
}

/** Starts a server. */
export function startFiles(faults: Faults = {}): FileServer {
  const files = new Map<string, SentOperation>();
  const batches: SentOperation[][] = [];
  const looks: string[][] = [];
  const hub = startHub(async (request) => {
    if (request.target.endsWith("/paths-info")) {
      // Only LookUps asks, and its body has this shape (tests/hub checks it).
      const { paths } = JSON.parse(request.body) as { paths: string[] };
      const count = looks.push(paths);
      const instead = faults.look?.(count, paths);
      return instead ?? Response.json(describe(files, paths));
    }
    const operations = readOperations(request);
    const batch = batches.push(operations);
    if (faults.batchMs) await new Promise((resolve) => setTimeout(resolve, faults.batchMs));
    const instead = faults.instead?.(batch, operations);
    if (instead?.apply === false) return instead.answer;
    const failed = operations.flatMap((operation) => {
      const error = faults.refuse?.(operation, batch);
      if (error === undefined) apply(files, operation);
      return error === undefined ? [] : [{ path: operation.path, error }];
    });
    return instead?.answer ?? Response.json({ success: failed.length === 0, failed });
  });
  return { hub, files, batches, looks, [Symbol.asyncDispose]: () => hub[Symbol.asyncDispose]() };
}

function readOperations(request: SeenRequest): SentOperation[] {
  // The tests that use this server send nothing but batches of this shape.
  return request.body.trim().split("\n").map((line) => JSON.parse(line) as SentOperation);
}

function apply(files: Map<string, SentOperation>, operation: SentOperation): void {
  if (operation.type === "deleteFile") files.delete(operation.path);
  else files.set(operation.path, operation);
}

function describe(files: ReadonlyMap<string, SentOperation>, paths: readonly string[]): unknown[] {
  return paths.flatMap((path) => {
    const file = files.get(path);
    if (file === undefined) return [];
    const mtime = new Date(file.mtime ?? 0).toISOString();
    return [{ type: "file", path, size: 1, xetHash: file.xetHash, mtime }];
  });
}

/** A client of a server, with short waits. */
export function bucketClientOf(
  server: FileServer,
  options: Partial<BucketClientOptions> = {},
): BucketClient {
  return new BucketClient({
    endpoint: server.hub.endpoint,
    token: TOKEN,
    sleep: () => Promise.resolve(),
    ...options,
  });
}

/** An operation that puts a file whose hash begins with a number. */
export function add(path: string, number = 0) {
  return {
    type: "addFile",
    path,
    xetHash: number.toString(16).padStart(64, "0"),
    mtime: 1_700_000_000_000 + number,
  } as const;
}

/** An operation that deletes a file. */
export function remove(path: string) {
  return { type: "deleteFile", path } as const;
}
