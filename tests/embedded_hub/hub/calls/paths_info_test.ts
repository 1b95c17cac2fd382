import { assertEquals } from "@std/assert";
import { DOC, EMPTY, fields, startTestHub } from "../../test_hub.ts";

const PATHS_INFO = "/api/buckets/alice/photos/paths-info";

Deno.test("paths-info answers the files among the paths and leaves out the rest", async () => {
  await using test = await startTestHub({ now: () => 1_800_000_000_123 });
  await test.registerRecorded("alice/photos");
  await test.batch("alice/photos", {
    type: "addFile",
    path: "dir/doc.txt",
    xetHash: DOC,
    mtime: 1795223587990,
    contentType: "text/plain",
  });
  await test.addEmpty("alice/photos", "a");
  const paths = ["nowhere", "dir", "dir/doc.txt", "a", "a", "dir/", "../x"];
  const { status, json } = await test.call("POST", PATHS_INFO, { json: { paths, expand: false } });
  assertEquals(status, 200);
  const uploadedAt = "2027-01-15T08:00:00.123Z";
  assertEquals(json, [
    {
      type: "file",
      path: "dir/doc.txt",
      size: 200_000,
      xetHash: DOC,
      uploadedAt,
      mtime: "2026-11-21T01:13:07.990Z",
      contentType: "text/plain",
    },
    { type: "file", path: "a", size: 0, xetHash: EMPTY, uploadedAt },
  ]);
});

Deno.test("paths may come as a form", async () => {
  await using test = await startTestHub();
  await test.addEmpty("alice/photos", "a b", "é");
  const body = new URLSearchParams([["paths", "a b"], ["paths", "é"], ["expand", "False"]]);
  const { json } = await test.call("POST", PATHS_INFO, { body });
  assertEquals(fields(json, "path"), ["a b", "é"]);
});

Deno.test("a thousand paths are allowed and one more is a 400", async () => {
  await using test = await startTestHub();
  const paths = Array.from({ length: 1001 }, (_, index) => String(index));
  const ask = async (json: unknown) => (await test.call("POST", PATHS_INFO, { json })).status;
  assertEquals(await ask({ paths: paths.slice(1) }), 200);
  assertEquals(await ask({ paths }), 400);
});

Deno.test("a wrong body is a 400", async () => {
  await using test = await startTestHub();
  for (const body of ["", "{", "[]", "{}", '{"paths": "a"}', '{"paths": [1]}', '{"paths": null}']) {
    const headers = { "Content-Type": "application/json" };
    assertEquals((await test.call("POST", PATHS_INFO, { body, headers })).status, 400, body);
  }
});
