import { assertEquals } from "@std/assert";
import fc from "fast-check";
import * as v from "valibot";
import {
  BatchSchema,
  BucketSchema,
  FilesSchema,
  TreeSchema,
  WhoAmISchema,
  XetTokenSchema,
} from "../../lib/hub/wire.ts";

const HASH = "ab".repeat(32);
const FILE = { type: "file", path: "a/b", size: 3, xetHash: HASH };

Deno.test("a file is read with what is there, times as dates, unknown fields passed over", () => {
  const mtime = "2026-02-06T17:37:57.123Z";
  assertEquals(
    v.parse(FilesSchema, [{ ...FILE, mtime, contentType: null, uploadedAt: null, extra: 1 }]),
    [{ type: "file", path: "a/b", size: 3, xetHash: HASH, mtime: new Date(mtime) }],
  );
});

Deno.test("a tree holds files and directories", () => {
  const directory = { type: "directory", path: "a", uploadedAt: "2026-02-06T17:37:57.000Z" };
  const items = v.parse(TreeSchema, [FILE, directory]);
  assertEquals(items.map(({ type, path }) => [type, path]), [["file", "a/b"], ["directory", "a"]]);
});

Deno.test("files of a wrong shape are refused", () => {
  const wrong = [
    { ...FILE, type: "symlink" },
    { ...FILE, path: "" },
    { ...FILE, path: 1 },
    { ...FILE, size: -1 },
    { ...FILE, size: 1.5 },
    { ...FILE, size: "3" },
    { ...FILE, size: 2 ** 60 },
    { ...FILE, xetHash: HASH.slice(1) },
    { ...FILE, xetHash: HASH.toUpperCase() },
    { ...FILE, mtime: 1_700_000_000_000 },
    { ...FILE, mtime: "yesterday" },
    { ...FILE, mtime: "2026-02-31T99:00:00Z" },
    null,
    [],
    "file",
  ];
  for (const file of wrong) {
    assertEquals(v.is(TreeSchema, [file]), false, JSON.stringify(file));
    assertEquals(v.is(FilesSchema, [file]), false, JSON.stringify(file));
  }
  assertEquals(v.is(FilesSchema, FILE), false);
});

Deno.test("whoami is read from the Hub's answer", () => {
  const who = {
    type: "user",
    id: "1",
    name: "alice",
    fullname: "Alice",
    orgs: [{ name: "acme", type: "org", id: "2" }, { name: "other", id: null }],
    auth: { type: "access_token", accessToken: { displayName: "x", role: "write" } },
  };
  assertEquals(v.parse(WhoAmISchema, who), {
    type: "user",
    id: "1",
    name: "alice",
    role: "write",
    orgs: [{ name: "acme", id: "2" }, { name: "other" }],
  });
  assertEquals(v.parse(WhoAmISchema, { type: "user", name: "a" }), {
    type: "user",
    name: "a",
    orgs: [],
  });
});

Deno.test("a bucket, a token and the outcome of a batch are read", () => {
  const createdAt = "2026-02-06T17:37:57.000Z";
  assertEquals(v.parse(BucketSchema, { id: "a/b", private: true, createdAt, size: 4 }), {
    id: "a/b",
    private: true,
    createdAt: new Date(createdAt),
    size: 4,
  });
  assertEquals(v.is(BucketSchema, { id: "b", private: true, createdAt }), false);
  assertEquals(v.is(XetTokenSchema, { accessToken: "t", exp: 1, casUrl: "http://c" }), true);
  assertEquals(v.is(XetTokenSchema, { accessToken: "t", exp: 1, casUrl: "file:///c" }), false);
  assertEquals(v.is(XetTokenSchema, { accessToken: "", exp: 1, casUrl: "http://c" }), false);
  assertEquals(v.parse(BatchSchema, { failed: [], processed: 1 }), { failed: [] });
  assertEquals(v.is(BatchSchema, { success: true }), false);
});

Deno.test("any JSON is read or refused, without another error", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    const schemas = [TreeSchema, FilesSchema, BucketSchema, WhoAmISchema, XetTokenSchema];
    for (const schema of schemas) v.safeParse(schema, value);
    v.safeParse(BatchSchema, value);
  }));
});
