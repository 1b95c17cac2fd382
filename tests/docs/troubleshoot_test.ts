import { assert, assertEquals } from "@std/assert";
import { S3_ERRORS } from "../../lib/errors/s3_error_table.ts";

const ROW = /^\| `([A-Za-z0-9]+)` \| (\d{3}) \| ([^|]+) \| ([^|]*)\|$/;

Deno.test("docs/troubleshoot.md explains every error code, with its status, in order", async () => {
  const text = await Deno.readTextFile("docs/troubleshoot.md");
  const rows = text.split("\n").flatMap((line) => {
    const [, code, status, meaning] = ROW.exec(line) ?? [];
    return code === undefined ? [] : [{ code, status, meaning }];
  });
  const codes = Object.entries(S3_ERRORS).map(([code, { status }]) => [code, String(status)]);
  assertEquals(
    rows.map(({ code, status }) => [code, status]),
    codes.toSorted(([one = ""], [other = ""]) => one.localeCompare(other, "en")),
  );
  for (const { code, meaning } of rows) assert(meaning?.trim().endsWith("."), code);
});
