/** What a place on the Hub belongs to. */
export type RepoKind = "bucket" | "model" | "dataset" | "space";

/** A place on the Hub, as an `hf://` URI names it. */
export interface HubLocation {
  /** What it belongs to. */
  readonly kind: RepoKind;
  /** `namespace/name` of the bucket or repo. */
  readonly id: string;
  /** Branch, tag or commit of a repo, if one is named. */
  readonly revision?: string;
  /** The path inside, without a slash at its end; empty for all of it. */
  readonly path: string;
  /** Whether it was written with a slash at its end: what is in the folder is meant, not the folder. */
  readonly contents: boolean;
}

const SCHEME = "hf://";
const BUCKETS = "hf://buckets/";
const KINDS: Readonly<Record<string, RepoKind>> = {
  buckets: "bucket",
  models: "model",
  datasets: "dataset",
  spaces: "space",
};
/** Revisions with a slash in them, as `huggingface_hub` knows them; others write it `%2F`. */
const SPECIAL_REVISION = /^refs\/(?:convert\/[\w.-]+|pr\/\d+)(?=\/|$)/;

/** The handle of a bucket: `hf://buckets/namespace/name`. */
export function bucketHandle(id: string): string {
  return BUCKETS + id;
}

/**
 * Reads the name of a bucket.
 *
 * @param name `namespace/name`, a bare name, or a handle `hf://buckets/namespace/name`.
 * @returns Its parts; no namespace for a bare name.
 * @throws TypeError if it names anything else.
 */
export function readBucketName(
  name: string,
): { readonly namespace?: string; readonly name: string } {
  const plain = name.startsWith(BUCKETS) ? name.slice(BUCKETS.length).replace(/\/$/, "") : name;
  const [first = "", second, ...rest] = plain.split("/");
  const isHandle = plain !== name;
  if (
    first === "" || second === "" || rest.length > 0 || (isHandle && second === undefined) ||
    first.includes(":")
  ) {
    throw new TypeError(
      "Not the name of a bucket, namespace/name, name or hf://buckets/namespace/name: " +
        JSON.stringify(name),
    );
  }
  return second === undefined ? { name: first } : { namespace: first, name: second };
}

/**
 * Reads an `hf://` URI: `hf://buckets/ns/name/path`, `hf://datasets/ns/name@revision/path`,
 * `hf://spaces/…`, and `hf://ns/name/path` or `hf://models/…` for models, as `huggingface_hub` does.
 *
 * @throws TypeError if it is none.
 *
 * @example
 * ```ts
 * import { parseHubUri } from "@hugbucket/hugbucket";
 * import { assertEquals } from "@std/assert";
 *
 * const { kind, id, revision, path } = parseHubUri("hf://datasets/acme/words@v1/data/train.csv");
 * assertEquals([kind, id, revision, path], ["dataset", "acme/words", "v1", "data/train.csv"]);
 * ```
 */
export function parseHubUri(uri: string): HubLocation {
  const refuse = (why: string) => {
    throw new TypeError(`Not a place on the Hub, ${why}: ${JSON.stringify(uri)}`);
  };
  if (!uri.startsWith(SCHEME)) return refuse("it does not begin with hf://");
  const body = uri.slice(SCHEME.length);
  const contents = body.endsWith("/");
  const first = body.split("/", 1)[0] ?? "";
  const named = Object.hasOwn(KINDS, first) ? KINDS[first] : undefined;
  const kind = named ?? "model";
  const rest = (named === undefined ? body : body.slice(first.length + 1)).replace(/\/$/, "");
  const groups = /^(?<id>[^/@]+\/[^/@]+)(?:@(?<after>.*)|(?<path>\/.*)?)$/s.exec(rest)?.groups;
  const id = groups?.id;
  if (id === undefined) return refuse("it has no namespace/name");
  const after = groups?.after;
  const revision = after === undefined
    ? undefined
    : SPECIAL_REVISION.exec(after)?.[0] ?? after.split("/", 1)[0] ?? "";
  const path = (after === undefined ? groups?.path : after.slice(revision?.length)) ?? "";
  if (revision === "") return refuse("its revision is empty");
  if (revision !== undefined && kind === "bucket") return refuse("buckets have no revisions");
  if (path.includes("//")) return refuse("its path has an empty segment");
  return {
    kind,
    id,
    ...(revision !== undefined && { revision: decodeRevision(revision) }),
    path: path.slice(1),
    contents,
  };
}

/** One with a `%` that begins no escape is meant as it is written; the Hub says if there is none such. */
function decodeRevision(revision: string): string {
  try {
    return decodeURIComponent(revision);
  } catch {
    return revision;
  }
}
