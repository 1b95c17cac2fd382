/** `POST /api/{T}/{id}/paths-info/{revision}`: exact look-ups. */

import type { Caller } from "../../accounts.ts";
import type { HubContext } from "../../context.ts";
import { HubError } from "../../hub_error.ts";
import { type HubRequest, jsonResponse, parseJsonObject, readText } from "../../hub_request.ts";
import { visibleRepo } from "../../repos/repo_access.ts";
import { repoEntryItem } from "../../repos/repo_wire.ts";
import { type AtRevision, isTrue } from "./info.ts";

const MAX_PATHS = 1000;
const MAX_BODY_BYTES = 16 * 1024 * 1024;

/** Answers the files and directories among the paths, in the order asked for; paths that name neither are left out. */
export async function repoPathsInfo(
  context: HubContext,
  request: HubRequest,
  caller: Caller,
  { repo: name, revision }: AtRevision,
): Promise<Response> {
  const repo = visibleRepo(context, caller, name);
  const commit = context.reader.commit(repo, revision);
  const { paths, expand } = readQuestion(request, await readText(request, MAX_BODY_BYTES));
  if (paths.length > MAX_PATHS) {
    throw new HubError(400, `Too many paths: ${paths.length}, at most ${MAX_PATHS} are allowed`);
  }
  const items = [...new Set(paths)].flatMap((path) => {
    const entry = path === "" ? undefined : context.reader.find(repo, commit, path);
    if (entry === undefined) return [];
    const last = expand ? context.reader.lastCommit(repo, commit, path) : undefined;
    return [repoEntryItem(entry, last)];
  });
  return jsonResponse(items);
}

interface Question {
  readonly paths: readonly string[];
  readonly expand: boolean;
}

/** A form with `paths` repeated, as huggingface_hub sends it, or JSON `{"paths": […], "expand"}`. */
function readQuestion(request: HubRequest, body: string): Question {
  const type = request.headers.get("Content-Type") ?? "";
  if (type.startsWith("application/x-www-form-urlencoded")) {
    const form = new URLSearchParams(body);
    return { paths: form.getAll("paths"), expand: isTrue(form.get("expand")) };
  }
  const { paths, expand = false } = parseJsonObject(body);
  if (!Array.isArray(paths) || typeof expand !== "boolean") throw invalid();
  return {
    paths: paths.map((path: unknown) => {
      if (typeof path === "string") return path;
      throw invalid();
    }),
    expand,
  };
}

function invalid(): HubError {
  return new HubError(400, "Invalid body: expected paths, an array of strings, and expand");
}
