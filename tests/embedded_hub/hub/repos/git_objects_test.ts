import { assertEquals } from "@std/assert";
import { commitOid, textOid, treeOid } from "../../../../lib/embedded_hub/hub/repos/git_objects.ts";

// Made by git 2.39.5: `git hash-object`, `git mktree` and `git commit-tree` with GIT_AUTHOR_DATE=1700000000+0000.
const EMPTY_BLOB = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391";
const HELLO = "ce013625030ba8dba906f756967f9e9ca394464a";

Deno.test("textOid() names files as Git does", () => {
  assertEquals(textOid(""), EMPTY_BLOB);
  assertEquals(textOid("hello\n"), HELLO);
});

Deno.test("treeOid() sorts directories as if they ended with a slash", () => {
  assertEquals(treeOid([]), "4b825dc642cb6eb9a060e54bf8d69288fbee4904");
  const inner = treeOid([{ name: "x", kind: "file", oid: EMPTY_BLOB }]);
  assertEquals(inner, TREES.inner);
  assertEquals(
    treeOid([
      { name: "a", kind: "directory", oid: inner },
      { name: "a.txt", kind: "file", oid: HELLO },
      { name: "ä", kind: "file", oid: EMPTY_BLOB },
    ]),
    TREES.outer,
  );
});

Deno.test("commitOid() names commits as Git does", () => {
  const commit = { tree: TREES.outer, author: "local", title: "One", date: 1_700_000_000_000 };
  const first = commitOid({ ...commit, parent: undefined });
  assertEquals(first, TREES.first);
  assertEquals(commitOid({ ...commit, parent: first, title: "Two" }), TREES.second);
});

const TREES = {
  inner: "5805b676e247eb9a8046ad0c4d249cd2fb2513df",
  outer: "5c659cebc1552912217ece7dee3aa82a68c5bc28",
  first: "fbe4ea8cadb64462351fdf35f75d48f8146db040",
  second: "a28a7b865508854039f3df19a4646b20f478fb6c",
};
