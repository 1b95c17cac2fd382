import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { el, s3Document } from "../../lib/xml/write.ts";
import { codeOf, read } from "./read_request.ts";

Deno.test("DeleteObjects is read as it stands, blanks and doubles included", async () => {
  const body = s3Document(
    "Delete",
    el("Object", el("Key", " a&b\r "), el("VersionId", "null")),
    el("Object", el("Key", "c"), el("ETag", '"tag"'), el("Unknown", 1)),
    el("Object", el("Key", "c")),
    el("Quiet", true),
  );
  assertEquals(await read("DeleteObjects", "POST", "/b?delete", { body }), {
    bucket: "b",
    quiet: true,
    objects: [
      { key: " a&b\r ", versionId: "null" },
      { key: "c", conditions: { ifMatch: ["tag"] } },
      { key: "c" },
    ],
  });
});

Deno.test("the conditions on what is deleted are read, from headers and from entries", async () => {
  const time = "Fri, 02 Jan 2026 03:04:05 GMT";
  const conditions = { ifMatchSize: 5, ifMatchLastModified: new Date("2026-01-02T03:04:05Z") };
  const headers = {
    "if-match": '"tag"',
    "x-amz-if-match-size": "5",
    "x-amz-if-match-last-modified-time": time,
  };
  assertEquals((await read("DeleteObject", "DELETE", "/b/k", { headers })).conditions, {
    ifMatch: ["tag"],
    ...conditions,
  });
  const entry = (etag: string, at: string) =>
    el("Object", el("Key", "k"), el("ETag", etag), el("Size", 5), el("LastModifiedTime", at));
  const body = s3Document("Delete", entry("*", time), entry("", "2026-01-02T03:04:05.000Z"));
  const { objects } = await read("DeleteObjects", "POST", "/b?delete", { body });
  assertEquals(objects, [
    { key: "k", conditions: { ifMatch: "*", ...conditions } },
    { key: "k", conditions },
  ]);
  for (const name of ["x-amz-if-match-size", "x-amz-if-match-last-modified-time"]) {
    for (const value of ["", "-1", "soon"]) {
      const parts = { headers: { [name]: value } };
      assertEquals(await codeOf("DeleteObject", "DELETE", "/b/k", parts), "InvalidArgument");
    }
  }
});

Deno.test("DeleteObjects takes 1 to 1000 objects and no condition that it cannot read", async () => {
  const objects = (count: number) =>
    s3Document("Delete", Array.from({ length: count }, (_, i) => el("Object", el("Key", i))));
  const full = await read("DeleteObjects", "POST", "/b?delete", { body: objects(1000) });
  assertEquals(full.objects.length, 1000);
  const refused: [string, string][] = [
    [objects(1001), "MalformedXML"],
    [objects(100_000), "MalformedXML"],
    ["<Delete/>", "MalformedXML"],
    ["<Delete><Object/></Delete>", "MalformedXML"],
    ["<Delete><Object><Key/></Object></Delete>", "MalformedXML"],
    ["<Delete><Object><Key>k</Key><Size>x</Size></Object></Delete>", "MalformedXML"],
    ["<Delete><Object><Key>k</Key><Size/></Object></Delete>", "MalformedXML"],
    [
      "<Delete><Object><Key>k</Key><LastModifiedTime>x</LastModifiedTime></Object></Delete>",
      "MalformedXML",
    ],
    ["", "MissingRequestBodyError"],
    [" ".repeat(9 * 1024 * 1024), "MaxMessageLengthExceeded"],
  ];
  for (const [body, code] of refused) {
    assertEquals(await codeOf("DeleteObjects", "POST", "/b?delete", { body }), code);
  }
});

Deno.test("any key can be deleted in a document", async () => {
  const key = fc.string({ unit: "grapheme", minLength: 1 });
  await fc.assert(fc.asyncProperty(key, async (text) => {
    const body = s3Document("Delete", el("Object", el("Key", text)));
    const { objects } = await read("DeleteObjects", "POST", "/b?delete", { body });
    assertEquals(objects, [{ key: text }]);
  }));
});
