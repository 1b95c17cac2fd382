import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { S3Error } from "../../lib/errors/s3_error.ts";
import { readUploadPartCopy, writeUploadPartCopy } from "../../lib/s3/upload_part_copy.ts";
import { s3Request } from "../support/s3_request.ts";

const read = (headers: Record<string, string>, query = "partNumber=2&uploadId=u") =>
  readUploadPartCopy(s3Request("PUT", `/b/k?${query}`, {
    headers: { "x-amz-copy-source": "src/a%20b", ...headers },
  }));

Deno.test("UploadPartCopy is read with its source, conditions and range", () => {
  assertEquals(read({ "x-amz-copy-source-if-match": '"e"' }), {
    bucket: "b",
    key: "k",
    uploadId: "u",
    partNumber: 2,
    source: { bucket: "src", key: "a b", conditions: { ifMatch: '"e"' } },
  });
  assertEquals(read({ "x-amz-copy-source-range": "bytes=5-9" }).range, { first: 5, last: 9 });
  assertEquals(read({ "x-amz-copy-source-range": "bytes=0-0" }).range, { first: 0, last: 0 });
});

Deno.test("a range without both its ends, or of another form, is refused", () => {
  const ranges = [
    "0-2",
    "bytes=0",
    "bytes=0-",
    "bytes=-5",
    "bytes=hello-world",
    "bytes=0-bar",
    "bytes=0-2,3-5",
    "bytes=5-4",
    "bytes=-1-5",
    "",
    `bytes=0-${"9".repeat(30)}`,
  ];
  for (const range of ranges) {
    const error = assertThrows(() => read({ "x-amz-copy-source-range": range }), S3Error);
    assertEquals(error.code, "InvalidArgument", range);
  }
  assertEquals(assertThrows(() => read({}, "uploadId=u"), S3Error).code, "InvalidArgument");
});

Deno.test("CopyPartResult is written", async () => {
  const part = {
    partNumber: 2,
    etag: "e-1",
    size: 5,
    lastModified: Date.UTC(2026, 0, 2, 3, 4, 5),
    checksums: { CRC32: "AAAAAA==" },
    recipe: { content: { hash: "", size: 5 }, detail: "" },
  };
  assertStringIncludes(
    await writeUploadPartCopy({ part }).text(),
    "<LastModified>2026-01-02T03:04:05.000Z</LastModified><ETag>&quot;e-1&quot;</ETag>" +
      "<ChecksumCRC32>AAAAAA==</ChecksumCRC32></CopyPartResult>",
  );
});
