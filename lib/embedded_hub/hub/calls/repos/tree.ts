/** `GET /api/{T}/{id}/tree/{revision}[/{path}]`: the entries of a directory, in pages. */

import type { Caller } from "../../accounts.ts";
import type { HubContext } from "../../context.ts";
import { type HubRequest, jsonResponse } from "../../hub_request.ts";
import { pageOf } from "../../repos/pages.ts";
import { visibleRepo } from "../../repos/repo_access.ts";
import { repoEntryItem } from "../../repos/repo_wire.ts";
import { type AtRevision, isTrue, readLimit } from "./info.ts";

/** Answers a page; one level unless `recursive` is set, and with each entry's last commit if `expand` is. */
export function repoTree(
  context: HubContext,
  request: HubRequest,
  caller: Caller,
  { repo: name, revision, path }: AtRevision & { readonly path: string },
): Response {
  const { query } = request;
  const repo = visibleRepo(context, caller, name);
  const commit = context.reader.commit(repo, revision);
  const expand = isTrue(query.get("expand"));
  const { repoTreePageSize, expandedPageSize } = context.settings;
  const limit = readLimit(query.get("limit"), expand ? expandedPageSize : repoTreePageSize);
  const directory = path.replace(/\/$/, "");
  const entries = context.reader.list(repo, commit, directory, isTrue(query.get("recursive")));
  const { page, headers } = pageOf(request, entries, limit);
  const items = page.map((entry) =>
    repoEntryItem(
      entry,
      expand ? context.reader.lastCommit(repo, commit, entry.path) : undefined,
    )
  );
  return jsonResponse(items, { headers: { ...headers, "X-Repo-Commit": commit.sha } });
}
