/** How repos of the Hub that are not buckets are named. */

/** The kinds of Git repos that the Hub has. */
export type RepoType = "model" | "dataset" | "space";

/** A repo as a request names it. */
export interface RepoName {
  /** What kind of repo it is; each has names of its own. */
  readonly type: RepoType;
  /** A user or an organisation; empty for one of the old repos that have none, such as `gpt2`. */
  readonly namespace: string;
  /** The repo's name there. */
  readonly name: string;
}

/** The path segment of each kind in the API, which is also that of its pages (models have none there). */
const PLURALS: Readonly<Record<RepoType, string>> = {
  model: "models",
  dataset: "datasets",
  space: "spaces",
};

/** `models`, `datasets` or `spaces`. */
export function pluralOf(type: RepoType): string {
  return PLURALS[type];
}

/** The kind that a path segment names, if it names one. */
export function repoTypeOf(plural: string): RepoType | undefined {
  switch (plural) {
    case "models":
      return "model";
    case "datasets":
      return "dataset";
    case "spaces":
      return "space";
    default:
      return undefined;
  }
}

/** `namespace/name`, or just `name` where there is no namespace. */
export function repoId(repo: RepoName): string {
  return repo.namespace === "" ? repo.name : `${repo.namespace}/${repo.name}`;
}

/** The path of a repo's page: `/datasets/ns/name`, for a model `/ns/name`. */
export function repoPagePath(repo: RepoName): string {
  return repo.type === "model" ? `/${repoId(repo)}` : `/${pluralOf(repo.type)}/${repoId(repo)}`;
}

/** The path of a repo in the API: `/api/datasets/ns/name`. */
export function repoApiPath(repo: RepoName): string {
  return `/api/${pluralOf(repo.type)}/${repoId(repo)}`;
}
