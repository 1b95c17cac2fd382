import { assert, assertEquals } from "@std/assert";
import { field, fields, startTestHub, type TestHub } from "../../test_hub.ts";

const TREE = "/api/buckets/alice/photos/tree";
const PATHS = ["dir/a", "dir/sub/b", "dir.json", "dir_backup/c", "é/ü", "z"];

/** Follows the pages and returns the paths of each. */
async function pages(test: TestHub, path: string): Promise<readonly (readonly unknown[])[]> {
  const found: (readonly unknown[])[] = [];
  let next: string | undefined = path;
  while (next !== undefined) {
    const answer = await test.call("GET", next);
    assertEquals(answer.status, 200);
    found.push(fields(answer.json, "path"));
    const link = answer.headers.get("Link");
    const url: string | undefined = link === null
      ? undefined
      : /^<(https?:[/][/][^>]+)>;\s+rel="next"$/.exec(link)?.[1];
    assert(link === null || url?.startsWith(`${test.hub.url}/`), String(link));
    next = url?.slice(test.hub.url.length);
  }
  return found;
}

Deno.test("the tree is recursive unless told otherwise, in byte order", async () => {
  await using test = await startTestHub();
  await test.addEmpty("alice/photos", ...PATHS);
  const all = ["dir.json", "dir/a", "dir/sub/b", "dir_backup/c", "z", "é/ü"];
  assertEquals(await pages(test, TREE), [all]);
  assertEquals(await pages(test, `${TREE}?recursive=true&expand=false`), [all]);
  assertEquals(await pages(test, `${TREE}/?recursive=true`), [all]);
});

Deno.test("one level shows files and directories", async () => {
  await using test = await startTestHub();
  await test.addEmpty("alice/photos", ...PATHS);
  const { json } = await test.call("GET", `${TREE}/dir?recursive=false`);
  assertEquals(fields(json, "type"), ["file", "file", "directory", "directory"]);
  assertEquals(fields(json, "path"), ["dir.json", "dir/a", "dir/sub", "dir_backup"]);
  assertEquals(typeof fields(json, "uploadedAt")[2], "string");
  assertEquals(fields(json, "size"), [0, 0, undefined, undefined]);
});

Deno.test("a prefix is text, and may be escaped as one segment or by segments", async () => {
  await using test = await startTestHub();
  await test.addEmpty("alice/photos", ...PATHS);
  assertEquals(await pages(test, `${TREE}/dir/s`), [["dir/sub/b"]]);
  assertEquals(await pages(test, `${TREE}/dir%2Fs`), [["dir/sub/b"]]);
  assertEquals(await pages(test, `${TREE}/%C3%A9`), [["é/ü"]]);
  assertEquals(await pages(test, `${TREE}/di?recursive=true`), [
    ["dir.json", "dir/a", "dir/sub/b", "dir_backup/c"],
  ]);
  assertEquals(await pages(test, `${TREE}/nowhere`), [[]]);
  assertEquals((await test.call("GET", `${TREE}/%zz`)).status, 400);
});

Deno.test("pages follow one another by absolute links, at both depths", async () => {
  await using test = await startTestHub();
  await test.addEmpty("alice/photos", ...PATHS);
  assertEquals(await pages(test, `${TREE}?limit=4`), [
    ["dir.json", "dir/a", "dir/sub/b", "dir_backup/c"],
    ["z", "é/ü"],
  ]);
  assertEquals(await pages(test, `${TREE}?limit=2&recursive=false`), [
    ["dir.json", "dir"],
    ["dir_backup", "z"],
    ["é"],
  ]);
  test.hub.switches.settings.treePageSize = 5;
  assertEquals((await pages(test, TREE)).map((page) => page.length), [5, 1]);
  assertEquals(await pages(test, `${TREE}?limit=6`), [
    ["dir.json", "dir/a", "dir/sub/b", "dir_backup/c", "z", "é/ü"],
  ], "a page that ends with the last file has no next");
});

Deno.test("what changes between pages neither repeats nor hides other files", async () => {
  await using test = await startTestHub();
  await test.addEmpty("alice/photos", "a", "b", "c", "d");
  const first = await test.call("GET", `${TREE}?limit=2`);
  await test.batch("alice/photos", { type: "deleteFile", path: "b" });
  await test.addEmpty("alice/photos", "a0", "c0");
  const link = first.headers.get("Link") ?? "";
  const next = link.slice(1 + test.hub.url.length, link.indexOf(">"));
  const { json } = await test.call("GET", next.replace("limit=2", "limit=9"));
  assertEquals(fields(json, "path"), ["c", "c0", "d"]);
});

Deno.test("wrong parameters are a 400", async () => {
  await using test = await startTestHub();
  for (const query of ["limit=0", "limit=-1", "limit=x", "limit=", "cursor=!", "recursive=maybe"]) {
    const answer = await test.call("GET", `${TREE}?${query}`);
    assertEquals([answer.status, typeof field(answer.json, "error")], [400, "string"], query);
  }
});
