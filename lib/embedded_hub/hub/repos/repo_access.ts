/** Whether a caller may see a repo, and read its files. */

import { type Caller, seesPrivate } from "../accounts.ts";
import type { HubContext } from "../context.ts";
import { HubError, repoNotFound, unauthorized } from "../hub_error.ts";
import { repoId, type RepoName } from "./repo_name.ts";
import type { Repo } from "./repo_table.ts";

/** The repo, if the caller may see it: what it is and what files it has. 401 for nobody and 404 `RepoNotFound` for a user otherwise. */
export function visibleRepo(context: HubContext, caller: Caller, name: RepoName): Repo {
  const repo = context.repos.find(name);
  if (repo !== undefined && (!repo.private || seesPrivate(caller, repo.namespace))) return repo;
  throw caller === undefined ? unauthorized() : repoNotFound();
}

/**
 * The repo, if the caller may read what its files hold. A gated one is for its owners and for those who were granted access; others get
 * `GatedRepo`, with 401 for nobody and 403 for a user.
 */
export function openRepo(context: HubContext, caller: Caller, name: RepoName): Repo {
  const repo = visibleRepo(context, caller, name);
  const mayRead = repo.gated === undefined || seesPrivate(caller, repo.namespace) ||
    (caller !== undefined && repo.granted.includes(caller.name));
  if (mayRead) return repo;
  const about = `Access to ${repo.type} ${repoId(repo)} is restricted`;
  throw caller === undefined
    ? new HubError(401, `${about}. You must have access to it and be authenticated to access it.`, {
      code: "GatedRepo",
    })
    : new HubError(403, `${about} and you are not in the authorized list.`, { code: "GatedRepo" });
}
