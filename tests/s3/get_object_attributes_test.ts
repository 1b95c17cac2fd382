import { assertEquals, assertThrows } from "@std/assert";
import { S3Error } from "../../lib/errors/s3_error.ts";
import {
  readGetObjectAttributes,
  writeGetObjectAttributes,
} from "../../lib/s3/get_object_attributes.ts";
import type { GetObjectAttributesInput } from "../../lib/s3/operations.ts";
import { s3Request } from "../support/s3_request.ts";

const NS = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';

const read = (headers: HeadersInit) =>
  readGetObjectAttributes(s3Request("GET", "/b/k?attributes", { headers }));

Deno.test("the names are read in every form that SDKs send", () => {
  assertEquals(read({ "x-amz-object-attributes": "ETag" }), {
    bucket: "b",
    key: "k",
    attributes: ["ETag"],
    maxParts: 1000,
    partNumberMarker: 0,
  });
  const joined = read({ "x-amz-object-attributes": "ObjectSize, Checksum,ObjectParts" });
  assertEquals(joined.attributes, ["Checksum", "ObjectParts", "ObjectSize"]);
  const repeated = new Headers([
    ["x-amz-object-attributes", "ETag"],
    ["x-amz-object-attributes", "StorageClass"],
    ["x-amz-max-parts", "5000"],
    ["x-amz-part-number-marker", "7"],
  ]);
  const page = read(repeated);
  assertEquals([page.attributes, page.maxParts, page.partNumberMarker], [
    ["ETag", "StorageClass"],
    1000,
    7,
  ]);
});

Deno.test("no name, an unknown one and numbers that are none are refused", () => {
  for (const headers of [{}, { "x-amz-object-attributes": " , " }]) {
    assertEquals(assertThrows(() => read(headers), S3Error).code, "InvalidRequest");
  }
  const wrong: HeadersInit[] = [
    { "x-amz-object-attributes": "ETag,Owner" },
    { "x-amz-object-attributes": "etag" },
    { "x-amz-object-attributes": "ETag", "x-amz-max-parts": "-1" },
    { "x-amz-object-attributes": "ETag", "x-amz-part-number-marker": "x" },
  ];
  for (const headers of wrong) {
    assertEquals(assertThrows(() => read(headers), S3Error).code, "InvalidArgument");
  }
});

Deno.test("only what was asked for is written, the entity tag without quotes", async () => {
  const object = {
    key: "k",
    content: { hash: "0".repeat(64), size: 12 },
    etag: "tag-1",
    lastModified: new Date("2026-01-02T03:04:05.678Z"),
    attributes: { checksum: { algorithm: "SHA1", value: "v-2", type: "COMPOSITE" as const } },
  };
  const parts = {
    total: 3,
    page: [{ partNumber: 2, size: 5, checksum: "c2" }, { partNumber: 4, size: 7 }],
    truncated: true,
  };
  const write = (attributes: GetObjectAttributesInput["attributes"]) => {
    const request = { bucket: "b", key: "k", attributes, maxParts: 2, partNumberMarker: 1 };
    return writeGetObjectAttributes({ request, object, parts });
  };
  const some = write(["ETag", "ObjectSize"]);
  assertEquals(some.headers.get("last-modified"), "Fri, 02 Jan 2026 03:04:05 GMT");
  assertEquals(
    (await some.text()).split("\n")[1],
    `<GetObjectAttributesResponse ${NS}><ETag>tag-1</ETag><ObjectSize>12</ObjectSize>` +
      "</GetObjectAttributesResponse>",
  );
  assertEquals(
    (await write(["Checksum", "ObjectParts", "StorageClass"]).text()).split("\n")[1],
    `<GetObjectAttributesResponse ${NS}>` +
      "<Checksum><ChecksumSHA1>v-2</ChecksumSHA1><ChecksumType>COMPOSITE</ChecksumType></Checksum>" +
      "<ObjectParts><PartsCount>3</PartsCount><PartNumberMarker>1</PartNumberMarker>" +
      "<NextPartNumberMarker>4</NextPartNumberMarker><MaxParts>2</MaxParts>" +
      "<IsTruncated>true</IsTruncated>" +
      "<Part><PartNumber>2</PartNumber><Size>5</Size><ChecksumSHA1>c2</ChecksumSHA1></Part>" +
      "<Part><PartNumber>4</PartNumber><Size>7</Size></Part></ObjectParts>" +
      "<StorageClass>STANDARD</StorageClass></GetObjectAttributesResponse>",
  );
});
