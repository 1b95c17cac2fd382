import type { RepoName } from "../../hub/repo_id.ts";

/** A repo at a revision, as an S3 bucket name says it. */
export interface RepoBucket {
  /** The S3 bucket name. */
  readonly bucket: string;
  readonly repo: RepoName;
  /** A branch, a tag, a ref such as `refs/pr/1`, or a commit. */
  readonly revision: string;
}

const SEPARATOR = "--";
const REVISION_MARK = "--at--";
const PREFIX = /^(model|dataset|space)s--/;
const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9_])?$/;
const COMMIT = /^[0-9a-f]{40}$/;

/** Whether a bucket name means a repo: the Hub has no namespaces `models`, `datasets` and `spaces`. */
export const isRepoBucket = (bucket: string): boolean => PREFIX.test(bucket);

/** Whether a revision, or a version id, names a commit in full: what that holds never changes. */
export const isCommit = (revision: string): boolean => COMMIT.test(revision);

/**
 * The repo that a bucket name means: `datasets--ns--name`, or `models--name` without a namespace, as the Hub's cache writes them, then
 * `--at--<revision>`, in which `--` stands for `/`; without it `main`. Undefined for what no repo can be named.
 */
export function repoBucketOf(bucket: string): RepoBucket | undefined {
  const type = PREFIX.exec(bucket)?.[1];
  if (type !== "model" && type !== "dataset" && type !== "space") return undefined;
  const rest = bucket.slice(`${type}s${SEPARATOR}`.length);
  const mark = rest.indexOf(REVISION_MARK);
  const names = (mark < 0 ? rest : rest.slice(0, mark)).split(SEPARATOR);
  const revision = mark < 0 ? "main" : rest.slice(mark + REVISION_MARK.length);
  if (names.length > 2 || !names.every((name) => NAME.test(name)) || revision === "") {
    return undefined;
  }
  return {
    bucket,
    repo: { type, id: names.join("/") },
    revision: revision.replaceAll(SEPARATOR, "/"),
  };
}
