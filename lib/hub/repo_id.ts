/** The kinds of Git repos that the Hub has. */
export type RepoType = "model" | "dataset" | "space";

/** A model, a dataset or a Space. */
export interface RepoName {
  /** What kind of repo it is. */
  readonly type: RepoType;
  /** `namespace/name`, or `name` alone for an old repo without a namespace, such as `gpt2`. */
  readonly id: string;
}

const ID = /^(?:(?!\.{1,2}\/)[A-Za-z0-9._-]{1,128}\/)?(?!\.{1,2}$)[A-Za-z0-9._-]{1,128}$/;

/**
 * The path of a repo in the Hub's API.
 *
 * @throws TypeError if it cannot name a repo.
 */
export function repoApiPath({ type, id }: RepoName): string {
  return `/api/${type}s/${checked(id)}`;
}

/**
 * The path of a repo's page, below which its files are resolved.
 *
 * @throws TypeError if it cannot name a repo.
 */
export function repoPagePath({ type, id }: RepoName): string {
  return type === "model" ? `/${checked(id)}` : `/${type}s/${checked(id)}`;
}

/**
 * A revision as one segment of a URL.
 *
 * @throws TypeError for what no branch, tag or commit can be named.
 */
export function revisionSegment(revision: string): string {
  if (revision === "" || revision === "." || revision === "..") {
    throw new TypeError(`Not a revision: ${JSON.stringify(revision)}`);
  }
  return encodeURIComponent(revision);
}

function checked(id: string): string {
  if (!ID.test(id)) throw new TypeError(`Not the id of a repo: ${JSON.stringify(id)}`);
  return id;
}
