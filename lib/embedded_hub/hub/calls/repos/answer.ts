/** The calls on models, datasets and Spaces. */

import type { Caller } from "../../accounts.ts";
import type { HubContext } from "../../context.ts";
import type { HubRequest } from "../../hub_request.ts";
import type { RepoRoute } from "../../repos/repo_routes.ts";
import { repoXetToken } from "../xet_token.ts";
import { listRepos, repoCommits, repoInfo, repoRefs } from "./info.ts";
import { repoPathsInfo } from "./paths_info.ts";
import { repoDownload, repoResolve } from "./resolve.ts";
import { repoTree } from "./tree.ts";

/** Answers a call. */
export function answerRepoCall(
  context: HubContext,
  request: HubRequest,
  caller: Caller,
  route: RepoRoute,
): Promise<Response> | Response {
  switch (route.kind) {
    case "repo-list":
      return listRepos(context, request, caller, route.type);
    case "repo-info":
      return repoInfo(context, request, caller, route);
    case "repo-refs":
      return repoRefs(context, request, caller, route.repo);
    case "repo-commits":
      return repoCommits(context, request, caller, route);
    case "repo-tree":
      return repoTree(context, request, caller, route);
    case "repo-paths-info":
      return repoPathsInfo(context, request, caller, route);
    case "repo-xet-read-token":
      return repoXetToken(context, request, caller, route);
    case "repo-resolve":
      return repoResolve(context, request, caller, route);
    case "repo-download":
      return repoDownload(context, request, route);
    default:
      return route satisfies never;
  }
}
