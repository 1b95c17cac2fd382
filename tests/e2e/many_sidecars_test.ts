import { assert, assertEquals } from "@std/assert";
import { type RunningGateway, startGateway } from "../support/start_gateway.ts";

/** The hash of the empty file, which the Hub always knows. */
const EMPTY = "0".repeat(64);
/** Lines on a page that the gateway asks the Hub for. */
const HUB_PAGE = 2001;

/** Makes files in a bucket as the Hub's batch does, many thousands in a call. */
async function addFiles(
  { hub }: RunningGateway,
  bucket: string,
  paths: readonly string[],
): Promise<void> {
  const lines = paths.map((path) =>
    JSON.stringify({ type: "addFile", path, xetHash: EMPTY, mtime: 1_700_000_000_000 })
  );
  const answer = await fetch(`${hub.url}/api/buckets/local/${bucket}/batch`, {
    method: "POST",
    headers: {
      "Authorization": `Bearer ${hub.token}`,
      "Content-Type": "application/x-ndjson",
    },
    body: lines.join("\n"),
  });
  const { succeeded } = await answer.json();
  assertEquals(succeeded, paths.length);
}

/** What a recursive listing of a bucket shows and costs. */
interface Listing {
  readonly keys: readonly string[];
  /** Calls of the Hub. */
  readonly calls: number;
}

/** Lists all keys over HTTP, page by page, each page with the token of the one before. */
async function listAll({ url, hub }: RunningGateway, bucket: string): Promise<Listing> {
  hub.counters.reset();
  const keys: string[] = [];
  let token: string | undefined = "";
  while (true) {
    const query: string = token === "" ? "" : `&continuation-token=${encodeURIComponent(token)}`;
    const answer = await fetch(`${url}/${bucket}?list-type=2${query}`);
    const text = await answer.text();
    assertEquals(answer.status, 200, text);
    for (const [, key = ""] of text.matchAll(/<Key>([^<]+)<\/Key>/g)) keys.push(key);
    token = /<NextContinuationToken>([^<]+)</.exec(text)?.[1];
    if (token === undefined) return { keys, calls: hub.counters.of("hub").calls };
  }
}

/** Lists a bucket with these keys, and one that holds so many sidecars besides. */
async function compare(
  keys: readonly string[],
  sidecars: number,
  check: (plain: Listing, described: Listing) => void,
): Promise<void> {
  await using gateway = await startGateway({ credentials: [], allowAnonymous: true });
  for (const bucket of ["plain", "described"]) {
    const created = await fetch(`${gateway.url}/${bucket}`, { method: "PUT" });
    assertEquals([created.status, await created.text()], [200, ""]);
    await addFiles(gateway, bucket, keys);
  }
  const described = numbered("~hugbucket/meta/d", sidecars / 2);
  await addFiles(gateway, "described", described);
  await addFiles(gateway, "described", numbered("~hugbucket/parts/d", sidecars / 2));
  const listings = [await listAll(gateway, "plain"), await listAll(gateway, "described")] as const;
  for (const listing of listings) assertEquals(listing.keys, keys);
  check(...listings);
  // A listing of one level sees one name of them, and who asks for them sees nothing.
  gateway.hub.counters.reset();
  const level = await fetch(`${gateway.url}/described?list-type=2&delimiter=/&max-keys=1`);
  assert(!(await level.text()).includes("hugbucket"));
  assertEquals(gateway.hub.counters.of("hub").calls, 1);
  const hidden = await fetch(`${gateway.url}/described?list-type=2&prefix=~hugbucket/`);
  assert((await hidden.text()).includes("<KeyCount>0</KeyCount>"));
}

/** Paths in order, a hundred in each directory. */
const numbered = (first: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, i) => {
    const digits = String(i).padStart(6, "0");
    return `${first}${digits.slice(0, 4)}/${digits.slice(4)}`;
  });

Deno.test("100,000 sidecars cost a listing of everything one more listing of the root level", () =>
  compare(numbered("d", 10_000), 100_000, (plain, described) => {
    const rootLevel = 1;
    assert(described.calls <= plain.calls + rootLevel, `${described.calls} after ${plain.calls}`);
  }));

Deno.test("sidecars cost a bucket of one level no more than that level again", () => {
  const keys = numbered("d", 10_000).map((key) => key.replace("/", "-"));
  return compare(keys, 10_000, (plain, described) => {
    const rootLevel = Math.ceil((keys.length + 1) / HUB_PAGE);
    assert(described.calls <= plain.calls + rootLevel, `${described.calls} after ${plain.calls}`);
  });
});

Deno.test("what sorts behind the sidecars is listed by its first letters, not by its directories", () => {
  const firsts = ["~zebra", "É", "日本", "語", "😀"];
  const keys = firsts.flatMap((first) => numbered(first, 2000));
  return compare(keys, 10_000, (plain, described) => {
    assert(keys.length / 100 === 100, "so many directories");
    // The pages of sidecars that are met, the root level, and for each group where it begins and ends.
    const more = 2 + 4 * firsts.length;
    assert(described.calls <= plain.calls + more, `${described.calls} after ${plain.calls}`);
  });
});
