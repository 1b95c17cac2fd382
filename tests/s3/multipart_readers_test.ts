import { assertEquals } from "@std/assert";
import { el, s3Document } from "../../lib/xml/write.ts";
import { codeOf, read } from "./read_request.ts";

Deno.test("CompleteMultipartUpload is read in the client's order, its checksums being the object's", async () => {
  const body = s3Document(
    "CompleteMultipartUpload",
    el("Part", el("PartNumber", 2), el("ETag", '"b"'), el("ChecksumCRC32", "AAAAAA==")),
    el("Part", el("ETag", "a"), el("PartNumber", " 1 ")),
  );
  const headers = { "x-amz-checksum-crc32": "AAAAAA==", "x-amz-mp-object-size": "7" };
  assertEquals(
    await read("CompleteMultipartUpload", "POST", "/b/k?uploadId=u", { headers, body }),
    {
      bucket: "b",
      key: "k",
      uploadId: "u",
      parts: [
        { partNumber: 2, etag: "b", checksums: { CRC32: "AAAAAA==" } },
        { partNumber: 1, etag: "a", checksums: {} },
      ],
      conditions: {},
      objectSize: 7,
      checksum: { algorithm: "CRC32", value: "AAAAAA==" },
    },
  );
});

Deno.test("CompleteMultipartUpload reads the checksum of the whole, of one part or of many", async () => {
  const body = s3Document(
    "CompleteMultipartUpload",
    el("Part", el("PartNumber", 1), el("ETag", "a")),
  );
  const checksum = async (headers: HeadersInit) =>
    (await read("CompleteMultipartUpload", "POST", "/b/k?uploadId=u", { headers, body })).checksum;
  assertEquals(await checksum({}), undefined);
  assertEquals(await checksum({ "x-amz-checksum-type": "COMPOSITE" }), undefined);
  assertEquals(await checksum({ "x-amz-checksum-crc32c": "AAAAAA==-12" }), {
    algorithm: "CRC32C",
    value: "AAAAAA==",
    partCount: 12,
  });
  const wrong: Record<string, string>[] = [
    { "x-amz-checksum-crc32": "" },
    { "x-amz-checksum-crc32": "AAAAAA" },
    { "x-amz-checksum-crc32": "AAAAAA==-" },
    { "x-amz-checksum-crc32": "AAAAAA==-x" },
    { "x-amz-checksum-crc32": "-3" },
    { "x-amz-checksum-crc64nvme": "AAAAAA==" },
    { "x-amz-checksum-crc32": "AAAAAA==", "x-amz-checksum-crc32c": "AAAAAA==" },
  ];
  for (const headers of wrong) {
    const parts = { headers, body };
    assertEquals(
      await codeOf("CompleteMultipartUpload", "POST", "/b/k?uploadId=u", parts),
      "InvalidRequest",
      JSON.stringify(headers),
    );
  }
});

Deno.test("CompleteMultipartUpload refuses lists that say too little", async () => {
  const target = "/b/k?uploadId=u";
  const parts = [
    "",
    "<Part><PartNumber>1</PartNumber></Part>",
    "<Part><ETag>a</ETag></Part>",
    "<Part><PartNumber>x</PartNumber><ETag>a</ETag></Part>",
    "<Part><PartNumber>1.5</PartNumber><ETag>a</ETag></Part>",
  ];
  const codeOfPart = (part: string) => {
    const body = `<CompleteMultipartUpload>${part}</CompleteMultipartUpload>`;
    return codeOf("CompleteMultipartUpload", "POST", target, { body });
  };
  for (const part of parts) assertEquals(await codeOfPart(part), "MalformedXML");
  const wrong = [
    "<PartNumber>0</PartNumber>",
    "<PartNumber>-1</PartNumber>",
    "<PartNumber>1</PartNumber><ChecksumCRC32>no base64</ChecksumCRC32>",
    "<PartNumber>1</PartNumber><ChecksumCRC32>y/Q5Jg==</ChecksumCRC32>" +
    "<ChecksumCRC32C>4waSgw==</ChecksumCRC32C>",
  ];
  for (const part of wrong) {
    assertEquals(await codeOfPart(`<Part>${part}<ETag>a</ETag></Part>`), "InvalidArgument", part);
  }
  for (const parts of [{}, { body: "" }, { body: "<Delete/>" }]) {
    assertEquals(await codeOf("CompleteMultipartUpload", "POST", target, parts), "MalformedXML");
  }
});

Deno.test("UploadPart computes the MD5 and checks the part number", async () => {
  const input = await read("UploadPart", "PUT", "/b/k?partNumber=10000&uploadId=u", { body: "x" });
  await new Response(input.body.stream).bytes();
  assertEquals(input.body.digests().md5, "9dd4e461268c8034f5c8564e155c67a6");
  for (const query of ["uploadId=u", "uploadId=u&partNumber=0", "uploadId=u&partNumber=10001"]) {
    assertEquals(
      await codeOf("UploadPart", "PUT", `/b/k?${query}`, { body: "x" }),
      "InvalidArgument",
    );
  }
});

Deno.test("CreateMultipartUpload chooses the checksum type of its algorithm", async () => {
  const choose = async (headers: HeadersInit) => {
    const input = await read("CreateMultipartUpload", "POST", "/b/k?uploads", { headers });
    return [input.checksum?.algorithm, input.checksum?.type];
  };
  assertEquals(await choose({}), [undefined, undefined]);
  assertEquals(await choose({ "x-amz-checksum-algorithm": "crc32" }), ["CRC32", "COMPOSITE"]);
  assertEquals(await choose({ "x-amz-checksum-algorithm": "CRC64NVME" }), [
    "CRC64NVME",
    "FULL_OBJECT",
  ]);
  const wrong: HeadersInit[] = [
    { "x-amz-checksum-algorithm": "SHA256", "x-amz-checksum-type": "FULL_OBJECT" },
    { "x-amz-checksum-algorithm": "CRC64NVME", "x-amz-checksum-type": "COMPOSITE" },
    { "x-amz-checksum-algorithm": "ROT13" },
    { "x-amz-checksum-type": "COMPOSITE" },
    { "x-amz-checksum-algorithm": "CRC32", "x-amz-checksum-type": "HALF_OBJECT" },
  ];
  for (const headers of wrong) {
    assertEquals(
      await codeOf("CreateMultipartUpload", "POST", "/b/k?uploads", { headers }),
      "InvalidRequest",
    );
  }
});
