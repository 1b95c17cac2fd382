import type { Rng } from "./rng.ts";
import type { Operation } from "./objects.ts";
import { compareBytes } from "./state.ts";
import { isTolerated, Mismatch, type Reply, type Send, type World } from "./world.ts";

/** How a listing is asked for. */
export interface ListingQuery {
  readonly version: 1 | 2 | "versions";
  readonly prefix: string;
  readonly delimiter: string;
  readonly after: string;
  readonly maxKeys: number;
}

const PREFIXES = ["", "", "", "a", "a/", "a/b", "a/b/", "dir/", "ü", "no", "%", "~"];

/** A listing of some kind, all its pages. */
export function anyListing(rng: Rng, keys: readonly string[]): ListingQuery {
  return {
    version: rng.pick([1, 2, 2, 2, "versions"] as const) ?? 2,
    prefix: rng.pick(PREFIXES) ?? "",
    delimiter: rng.chance(0.5) ? "/" : rng.chance(0.1) ? "b" : "",
    after: rng.chance(0.3) ? (rng.pick(keys) ?? "a/") : "",
    maxKeys: rng.pick([1, 2, 3, 7, 1000]) ?? 1000,
  };
}

/** An entry of a listing: an object or a common prefix. */
interface Entry {
  readonly name: string;
  readonly isPrefix: boolean;
  readonly etag?: string;
  readonly size?: number;
}

/** One page of a listing, which is followed to its end when it is judged by {@linkcode followListing}. */
export interface Page {
  readonly entries: readonly Entry[];
  readonly truncated: boolean;
  readonly next: Readonly<Record<string, string>>;
}

/**
 * Reads all pages and compares them with what the bucket may hold.
 *
 * @throws Mismatch if an entry is missing, too many, at a wrong place or on a wrong page.
 */
export async function followListing(world: World, send: Send, query: ListingQuery): Promise<void> {
  const entries: Entry[] = [];
  let next: Readonly<Record<string, string>> = query.after === "" ? {} : {
    [query.version === 2 ? "start-after" : query.version === 1 ? "marker" : "key-marker"]:
      query.after,
  };
  for (let pages = 0;; pages++) {
    if (pages > 500) throw new Mismatch("the listing does not end");
    const reply = await send({ method: "GET", target: `?${queryOf(query, next)}` });
    if (reply?.status !== 200) {
      if (!isTolerated(world, reply)) throw new Mismatch(`${reply?.status} ${reply?.code}`);
      return;
    }
    const page = readPage(reply, query);
    if (page.truncated && page.entries.length !== query.maxKeys) {
      throw new Mismatch(`a page of ${page.entries.length} instead of ${query.maxKeys}`);
    }
    entries.push(...page.entries);
    if (!page.truncated) break;
    next = page.next;
  }
  compare(world, query, entries);
}

function queryOf(query: ListingQuery, next: Readonly<Record<string, string>>): URLSearchParams {
  const { version, prefix, delimiter, maxKeys } = query;
  return new URLSearchParams({
    ...(version === 2 && { "list-type": "2" }),
    ...(version === "versions" && { versions: "" }),
    ...(prefix !== "" && { prefix }),
    ...(delimiter !== "" && { delimiter }),
    "max-keys": String(maxKeys),
    "encoding-type": "url",
    ...next,
  });
}

function readPage({ text }: Reply, { version }: ListingQuery): Page {
  const element = (of: string, name: string): string | undefined =>
    new RegExp(`<${name}>([^<]*)</${name}>`).exec(of)?.[1];
  const decoded = (value: string | undefined) => decodeURIComponent(value ?? "");
  const items = version === "versions" ? "Version" : "Contents";
  const entries: Entry[] = [
    ...text.matchAll(new RegExp(`<${items}>(.*?)</${items}>`, "gs")),
  ].map(([, item = ""]) => ({
    name: decoded(element(item, "Key")),
    isPrefix: false,
    etag: (element(item, "ETag") ?? "").replaceAll("&quot;", '"'),
    size: Number(element(item, "Size")),
  }));
  for (const [, item = ""] of text.matchAll(/<CommonPrefixes>(.*?)<\/CommonPrefixes>/gs)) {
    entries.push({ name: decoded(element(item, "Prefix")), isPrefix: true });
  }
  // Objects and prefixes stand apart in a document; a page holds both in one order.
  const encoder = new TextEncoder();
  entries.sort((a, b) => compareBytes(encoder.encode(a.name), encoder.encode(b.name)));
  const token = element(text, "NextContinuationToken");
  const marker = element(text, "NextMarker");
  const keyMarker = element(text, "NextKeyMarker");
  const versionMarker = element(text, "NextVersionIdMarker");
  return {
    entries,
    truncated: element(text, "IsTruncated") === "true",
    next: {
      ...(token !== undefined && { "continuation-token": token }),
      ...(marker !== undefined && { marker: decoded(marker) }),
      ...(keyMarker !== undefined && { "key-marker": decoded(keyMarker) }),
      ...(versionMarker !== undefined && { "version-id-marker": versionMarker }),
    },
  };
}

/** What a listing must show, and whether it may leave it out. */
interface Expected {
  readonly name: string;
  readonly isPrefix: boolean;
  readonly optional: boolean;
}

function compare(world: World, query: ListingQuery, entries: readonly Entry[]): void {
  const expected = expectedEntries(world, query);
  const show = (name: string) => JSON.stringify(name);
  let at = 0;
  for (const entry of entries) {
    while (expected[at]?.name !== entry.name && expected[at]?.optional) at++;
    const wanted = expected[at++];
    if (wanted?.name !== entry.name || wanted.isPrefix !== entry.isPrefix) {
      const instead = wanted === undefined ? "the end" : show(wanted.name);
      throw new Mismatch(
        `${JSON.stringify(query)} shows ${show(entry.name)} instead of ${instead}`,
      );
    }
    if (!entry.isPrefix && !isAsListed(world, entry)) {
      throw new Mismatch(
        `${show(entry.name)} is listed with ${entry.etag} and ${entry.size} bytes`,
      );
    }
  }
  const missing = expected.slice(at).find(({ optional }) => !optional);
  if (missing !== undefined) {
    throw new Mismatch(`${JSON.stringify(query)} does not show ${show(missing.name)}`);
  }
}

function isAsListed({ bucket, etags }: World, { name, etag = "", size }: Entry): boolean {
  return bucket.of(name).some((state) =>
    state !== undefined && state.content.bytes.length === size &&
    etags.fits(state.content.sha256, etag)
  );
}

function expectedEntries({ bucket }: World, query: ListingQuery): readonly Expected[] {
  const { prefix, delimiter, after } = query;
  const encoder = new TextEncoder();
  const start = encoder.encode(after);
  const found = new Map<string, Expected>();
  for (const key of bucket.keys()) {
    if (!key.startsWith(prefix)) continue;
    const cut = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
    const isPrefix = cut !== -1;
    const name = isPrefix ? key.slice(0, cut + delimiter.length) : key;
    // Of a group the name counts, not the keys in it.
    if (after !== "" && compareBytes(encoder.encode(name), start) <= 0) continue;
    const optional = !bucket.isThere(key) && (found.get(name)?.optional ?? true);
    found.set(name, { name, isPrefix, optional });
  }
  return [...found.values()].sort((a, b) =>
    compareBytes(encoder.encode(a.name), encoder.encode(b.name))
  );
}

/** ListBuckets and the life of a bucket, as far as one bucket shows it. */
export function bucketOperation(world: World, rng: Rng): Operation {
  const holdsSomething = world.bucket.keys().some((key) => world.bucket.isThere(key));
  const expected: readonly [string, string, number, string][] = [
    ["HEAD", "", 200, ""],
    ["PUT", "", 200, ""],
    ["GET", "?location", 200, ""],
    ...(holdsSomething
      ? [["DELETE", "", 409, "BucketNotEmpty"] as [string, string, number, string]]
      : []),
  ];
  const [method, target, status, code] = rng.pick(expected) ?? ["HEAD", "", 200, ""];
  return {
    label: `${method} bucket${target}`,
    request: { method, target },
    judge(reply) {
      if (reply?.status === status && reply.code === code) return;
      if (!isTolerated(world, reply)) {
        throw new Mismatch(`expected ${status} ${code}, got ${reply?.status} ${reply?.code}`);
      }
    },
  };
}
