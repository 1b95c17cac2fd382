/** The Hub half of an embedded hub: its API of buckets and repos over HTTP, on the hub's database. */

import { keptSecret, migrate } from "../storage/database.ts";
import type { Database } from "../storage/database.ts";
import type { BlobFiles } from "../storage/blob_files.ts";
import type { Accounts, Caller } from "./accounts.ts";
import { readableBucket } from "./bucket_access.ts";
import { openBucketTable } from "./bucket_table.ts";
import { batch } from "./calls/batch.ts";
import {
  bucketInfo,
  createBucket,
  deleteBucket,
  listBuckets,
  moveRepo,
  updateSettings,
} from "./calls/buckets.ts";
import { pathsInfo } from "./calls/paths_info.ts";
import { download, resolve } from "./calls/resolve.ts";
import { tree } from "./calls/tree.ts";
import { whoami } from "./calls/whoami.ts";
import { xetToken } from "./calls/xet_token.ts";
import type { ContentStore, HubContext, HubSettings, IssueXetToken } from "./context.ts";
import { openFileTable } from "./file_table.ts";
import { HubError, hubErrorResponse } from "./hub_error.ts";
import type { HubRequest } from "./hub_request.ts";
import { answerRepoCall } from "./calls/repos/answer.ts";
import { openObjectTable } from "./repos/object_table.ts";
import { RepoReader } from "./repos/repo_reader.ts";
import { openRepoTable } from "./repos/repo_table.ts";
import { commitFiles, type NewCommit } from "./repos/repo_writer.ts";
import { type HubRoute, hubRoute } from "./routes.ts";
import { HUB_MIGRATIONS } from "./schema.ts";
import { createSignedUrls } from "./signed_urls.ts";

/** What a Hub is made of. */
export interface HubOptions {
  /** The database of the embedded hub; the Hub's tables are made in it. */
  readonly database: Database;
  /** The hub's users. */
  readonly accounts: Accounts;
  /** The files that the CAS knows. */
  readonly contents: ContentStore;
  /** The bytes of repos' files that are not in Xet, by SHA-256. */
  readonly keptFiles: BlobFiles;
  /** Makes access tokens for the CAS. */
  readonly issueXetToken: IssueXetToken;
  /** May be changed while the hub runs. */
  readonly settings: HubSettings;
  /** The time in milliseconds since 1970. */
  readonly now: () => number;
  /** A fresh name that cannot be guessed. */
  readonly randomId: () => string;
}

/** The API of a Hub. */
export interface Hub {
  /** Answers a request; errors of the Hub's are answers too. */
  handle(request: HubRequest): Promise<Response>;
  /** Makes a commit in a model, a dataset or a Space, and the repo if it is not there. Returns the commit's name. */
  commit(commit: NewCommit): string;
}

/** Opens the Hub's tables and returns its API. */
export async function createHub(options: HubOptions): Promise<Hub> {
  const { database, accounts } = options;
  migrate(database, "hub", HUB_MIGRATIONS);
  const repos = openRepoTable(database);
  const objects = openObjectTable(database);
  const context: HubContext = {
    ...options,
    repos,
    objects,
    reader: new RepoReader(repos, objects),
    buckets: openBucketTable(database),
    files: openFileTable(database),
    signedUrls: await createSignedUrls(keptSecret(database, "hub-download-urls")),
  };
  return {
    async handle(request) {
      try {
        const route = hubRoute(request.method, request.path);
        if (route === undefined) throw new HubError(404, "Not Found");
        // A signed URL is its own permission, and clients may send their token along or not.
        const caller = route.kind === "download" || route.kind === "repo-download"
          ? undefined
          : accounts.authenticate(request.headers);
        return await answer(context, request, caller, route);
      } catch (error) {
        if (error instanceof HubError) return hubErrorResponse(error, request.method);
        throw error;
      }
    },
    commit: (commit) => commitFiles(context, commit),
  };
}

function answer(
  context: HubContext,
  request: HubRequest,
  caller: Caller,
  route: HubRoute,
): Promise<Response> | Response {
  switch (route.kind) {
    case "whoami":
      return whoami(caller);
    case "move":
      return moveRepo(context, request, caller);
    case "list":
      return listBuckets(context, request, caller, route.namespace);
    case "create":
      return createBucket(context, request, caller, route.bucket);
    case "info":
      return bucketInfo(context, caller, route.bucket);
    case "delete":
      return deleteBucket(context, caller, route.bucket);
    case "settings":
      return updateSettings(context, request, caller, route.bucket);
    case "tree":
      return tree(context, request, caller, route.bucket, route.prefix);
    case "paths-info":
      return pathsInfo(context, request, caller, route.bucket);
    case "batch":
      return batch(context, request, caller, route.bucket);
    case "xet-read-token":
      return xetToken(context, request, caller, route.bucket, "read");
    case "xet-write-token":
      return xetToken(context, request, caller, route.bucket, "write");
    case "events":
      return events(context, caller, route.bucket);
    case "resolve":
      return resolve(context, request, caller, route.bucket, route.path);
    case "download":
      return download(context, request, route.bucket, route.hash);
    default:
      return answerRepoCall(context, request, caller, route);
  }
}

/** The change feed is not offered; 501 tells clients to stop asking. */
function events(
  context: HubContext,
  caller: Caller,
  bucket: { readonly namespace: string; readonly name: string },
): Response {
  readableBucket(context, caller, bucket);
  throw new HubError(501, "The change feed is not available on this hub");
}
