import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { StoreError } from "../../lib/errors/store_error.ts";
import { canBeginKey, checkKey, keyOfPath, pathOfKey } from "../../lib/store/keys.ts";

Deno.test("ordinary keys are their own paths", () => {
  const keys = ["a", "a/b", "a.txt", ".", "..a", "a..b", " ", "~", "~hugbucket", "~hugbucket0/x"];
  keys.push("x".repeat(1024), "é".repeat(512));
  keys.push("é/\u{1F600}", "\x01", "a/.hugbucket_keep/b", "x.hugbucket_keep", "a/./b", "a?b#c%2F");
  for (const key of keys) {
    checkKey(key);
    assertEquals(pathOfKey(key), key);
    assertEquals(keyOfPath(key), key);
  }
});

Deno.test("a folder marker is a file in its directory", () => {
  assertEquals(pathOfKey("a/b/"), "a/b/.hugbucket_keep");
  assertEquals(keyOfPath("a/b/.hugbucket_keep"), "a/b/");
  checkKey("a/b/");
});

Deno.test("keys that the Hub or the gateway cannot hold are refused with the rule", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["", "empty"],
    ["/", "start with '/'"],
    ["/a", "start with '/'"],
    ["a//b", "'//'"],
    ["a//", "'//'"],
    ["a\\b", "'\\'"],
    ["a\0b", "NUL"],
    ["a/../b", "'../'"],
    ["../", "'../'"],
    ["./a", "start with './'"],
    ["./", "start with './'"],
    ["a..", "end with '..'"],
    ["a/..", "end with '..'"],
    ["..", "end with '..'"],
    ["\ud800", "UTF-8"],
    ["~hugbucket/", "'~hugbucket/'"],
    ["~hugbucket/meta/a", "'~hugbucket/'"],
    [".hugbucket_keep", "folder markers"],
    ["a/.hugbucket_keep", "folder markers"],
    ["x".repeat(1010) + "/", "1009 bytes"],
    ["x".repeat(1025), "1024 bytes"],
    ["é".repeat(513), "1024 bytes"],
  ];
  for (const [key, rule] of cases) {
    const error = assertThrows(() => checkKey(key), StoreError, rule);
    assertEquals(error.kind, "bad_key");
    assertEquals(pathOfKey(key), undefined);
  }
});

Deno.test("hidden paths have no key", () => {
  for (const path of [".hugbucket_keep", "~hugbucket/bucket.json", "~hugbucket/meta/a"]) {
    assertEquals(keyOfPath(path), undefined);
  }
});

Deno.test("a key that can be stored comes back from its path, and its beginnings are possible", () => {
  const text = fc.array(
    fc.constantFrom("a", "/", ".", "..", "\\", "~hugbucket", ".hugbucket_keep", "é", "\u{1F600}"),
    { maxLength: 6 },
  ).map((parts) => parts.join(""));
  fc.assert(fc.property(text, (key) => {
    const path = pathOfKey(key);
    if (path === undefined) return;
    assertEquals(keyOfPath(path), key);
    for (let length = 0; length <= key.length; length++) {
      const start = key.slice(0, length);
      if (start.isWellFormed()) assertEquals(canBeginKey(start), true, start);
    }
  }));
});
