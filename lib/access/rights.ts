import type { AccessCredential } from "./access_credential.ts";

/** Something that a request wants to do, to be held against {@linkcode Rights}. */
export type Need =
  /** To learn which buckets there are: the answer shows those that the pair may see. */
  | { readonly kind: "names" }
  /** To learn that a bucket is there, and to change some of its keys, which are asked for one by one. */
  | { readonly kind: "see" | "write-some"; readonly bucket: string }
  /** What is configured for the bucket as a whole, its making and its end. */
  | { readonly kind: "read-bucket" | "write-bucket"; readonly bucket: string }
  /** To learn the names that begin with a prefix. */
  | { readonly kind: "list"; readonly bucket: string; readonly prefix: string }
  | { readonly kind: "read" | "write"; readonly bucket: string; readonly key: string };

const WRITES: ReadonlySet<Need["kind"]> = new Set(["write-some", "write-bucket", "write"]);

/** What whoever signs with a key pair may do. */
export class Rights {
  readonly #mayWrite: boolean;
  /** The prefixes of keys by bucket, the empty one for all; undefined for everything. */
  readonly #prefixes: ReadonlyMap<string, readonly string[]> | undefined;

  /** @param credential The pair; without one everything is permitted. */
  constructor(credential?: Pick<AccessCredential, "access" | "buckets">) {
    this.#mayWrite = credential?.access !== "read-only";
    this.#prefixes = credential?.buckets && prefixesOf(credential.buckets);
  }

  /** Whether everything is permitted. */
  get areFull(): boolean {
    return this.#mayWrite && this.#prefixes === undefined;
  }

  /** Whether a need is permitted. */
  permits(need: Need): boolean {
    if (WRITES.has(need.kind) && !this.#mayWrite) return false;
    if (need.kind === "names" || this.#prefixes === undefined) return true;
    const prefixes = this.#prefixes.get(need.bucket);
    if (prefixes === undefined) return false;
    switch (need.kind) {
      case "see":
      case "write-some":
        return true;
      case "read-bucket":
      case "write-bucket":
        return prefixes.includes("");
      case "list":
        return prefixes.some((prefix) => need.prefix.startsWith(prefix));
      case "read":
      case "write":
        return prefixes.some((prefix) => need.key.startsWith(prefix));
      default:
        return need satisfies never;
    }
  }
}

function prefixesOf(limits: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const prefixes = new Map<string, string[]>();
  for (const limit of limits) {
    const [bucket = ""] = limit.split("/", 1);
    const of = prefixes.get(bucket) ?? [];
    of.push(limit.slice(bucket.length + 1));
    prefixes.set(bucket, of);
  }
  return prefixes;
}
