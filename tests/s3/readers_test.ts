import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { S3Error } from "../../lib/errors/s3_error.ts";
import { requireBucketName } from "../../lib/s3/bucket.ts";
import { CODECS } from "../../lib/s3/codecs.ts";
import type { ServedOperation } from "../../lib/s3/operations.ts";
import { el, s3Document } from "../../lib/xml/write.ts";
import { type RequestParts, s3Request } from "../support/s3_request.ts";

function read<N extends ServedOperation>(
  operation: N,
  method: string,
  target: string,
  parts?: RequestParts,
) {
  return CODECS[operation].read(s3Request(method, target, parts));
}

async function codeOf(
  operation: ServedOperation,
  method: string,
  target: string,
  parts?: RequestParts,
): Promise<string> {
  const error = await assertRejects(
    async () => await read(operation, method, target, parts),
    S3Error,
  );
  return error.code;
}

Deno.test("ListBuckets is read with its page", () => {
  assertEquals(read("ListBuckets", "GET", "/"), { prefix: "" });
  const target = "/?prefix=a&max-buckets=5&continuation-token=t&bucket-region=us-east-1";
  assertEquals(read("ListBuckets", "GET", target), {
    prefix: "a",
    maxBuckets: 5,
    continuationToken: "t",
    bucketRegion: "us-east-1",
  });
});

Deno.test("listings are read with their defaults, and empty parameters count as absent", () => {
  assertEquals(
    read("ListObjectsV2", "GET", "/b?list-type=2&delimiter=&prefix=&start-after="),
    { bucket: "b", prefix: "", maxKeys: 1000, version: 2, fetchOwner: false },
  );
  assertEquals(
    read("ListObjects", "GET", "/b?marker=m&delimiter=%2F&max-keys=5000&encoding-type=url"),
    {
      bucket: "b",
      prefix: "",
      delimiter: "/",
      maxKeys: 1000,
      encodingType: "url",
      version: 1,
      fetchOwner: true,
      marker: "m",
    },
  );
});

Deno.test("listings refuse arguments that are out of range", async () => {
  for (const query of ["max-keys=-1", "max-keys=x", "max-keys=1e3", "max-keys=99999999999999999"]) {
    assertEquals(await codeOf("ListObjects", "GET", `/b?${query}`), "InvalidArgument");
  }
  assertEquals(await codeOf("ListObjects", "GET", "/b?encoding-type=base64"), "InvalidArgument");
  assertEquals(await codeOf("ListBuckets", "GET", "/?max-buckets=0"), "InvalidArgument");
  assertEquals(await codeOf("ListParts", "GET", "/b/k?uploadId=u&max-parts=x"), "InvalidArgument");
  const none = await read("ListObjects", "GET", "/b?max-keys=0");
  assertEquals(none.maxKeys, 0);
});

Deno.test("CreateBucket refuses an ownership that is none, and an ACL where there are to be none", async () => {
  const code = (ownership: string, acl = "private") =>
    codeOf("CreateBucket", "PUT", "/bucket", {
      headers: { "x-amz-object-ownership": ownership, "x-amz-acl": acl },
    });
  assertEquals(await code("Nobody"), "InvalidArgument");
  assertEquals(
    await code("BucketOwnerEnforced", "public-read"),
    "InvalidBucketAclWithObjectOwnership",
  );
  for (const ownership of ["BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"]) {
    const headers = { "x-amz-object-ownership": ownership, "x-amz-acl": "private" };
    assertEquals(await read("CreateBucket", "PUT", "/bucket", { headers }), { bucket: "bucket" });
  }
});

Deno.test("CreateBucket is read with and without a configuration", async () => {
  assertEquals(await read("CreateBucket", "PUT", "/bucket"), { bucket: "bucket" });
  const body = s3Document("CreateBucketConfiguration", el("LocationConstraint", "eu-west-1"));
  assertEquals(await read("CreateBucket", "PUT", "/bucket", { body }), {
    bucket: "bucket",
    locationConstraint: "eu-west-1",
  });
  const tagged = (key: string) => ({
    body: `<CreateBucketConfiguration><Tags><Tag><Key>${key}</Key><Value>v</Value></Tag></Tags>` +
      "</CreateBucketConfiguration>",
  });
  assertEquals(await read("CreateBucket", "PUT", "/bucket", tagged("k")), {
    bucket: "bucket",
    tags: [{ key: "k", value: "v" }],
  });
  assertEquals(await codeOf("CreateBucket", "PUT", "/bucket", tagged("(")), "InvalidTag");
  assertEquals(await codeOf("CreateBucket", "PUT", "/bucket", { body: "<a/>" }), "MalformedXML");
  assertEquals(
    await codeOf("CreateBucket", "PUT", "/bucket", { body: " ".repeat(1024 * 1024 + 1) }),
    "MaxMessageLengthExceeded",
  );
});

Deno.test("bucket names obey the naming rules", () => {
  for (const name of ["abc", "a.b-c", "0--0", "a".repeat(63), "ns--name"]) requireBucketName(name);
  const bad = ["ab", "a".repeat(64), "Abc", "a_b", "-ab", "ab-", "a..b", "a.-b", "a-.b", "1.2.3.4"]
    .concat(["xn--ab", "sthree-ab", "ab-s3alias", "ab--ol-s3", "a b", "äbc"]);
  for (const name of bad) {
    assertEquals(assertThrows(() => requireBucketName(name), S3Error).code, "InvalidBucketName");
  }
});

Deno.test("PutObject is read with its type and conditions", async () => {
  const input = await read("PutObject", "PUT", "/b/k", {
    headers: { "content-type": "text/plain", "if-match": '"a", W/"b"' },
    body: "hello",
  });
  assertEquals(input.attributes, { contentType: "text/plain" });
  assertEquals(input.conditions, { ifMatch: ["a", "b"] });
  assertEquals(await new Response(input.body.stream).text(), "hello");
  const bare = await read("PutObject", "PUT", "/b/k", {
    headers: { "content-type": "", "if-none-match": "*" },
    body: "hello",
  });
  assertEquals([bare.attributes, bare.conditions], [{}, { ifNoneMatch: "*" }]);
  await bare.body.stream.cancel();
  const other = await read("PutObject", "PUT", "/b/k", {
    headers: { "if-none-match": '"a"' },
    body: "hello",
  });
  assertEquals(other.conditions, { ifNoneMatch: ["a"] });
  await other.body.stream.cancel();
  const large = { "content-length": String(5 * 1024 ** 3 + 1) };
  assertEquals(await codeOf("PutObject", "PUT", "/b/k", { headers: large }), "EntityTooLarge");
});

Deno.test("GetObject is read with range, part and overrides", async () => {
  const headers = { range: "bytes=0-1", "if-range": '"a"', "if-none-match": '"b"' };
  const target = "/b/k?response-content-type=text%2Fhtml&response-expires=%C3%BC&response-x=1";
  assertEquals(read("GetObject", "GET", target, { headers }), {
    bucket: "b",
    key: "k",
    range: "bytes=0-1",
    ifRange: '"a"',
    checksumMode: false,
    conditions: { ifNoneMatch: '"b"' },
    overrides: { "content-type": "text/html", expires: "\xc3\xbc" },
  });
  assertEquals((await read("GetObject", "GET", "/b/k?partNumber=3")).partNumber, 3);
  const mode = { "x-amz-checksum-mode": "enabled" };
  assertEquals((await read("GetObject", "GET", "/b/k", { headers: mode })).checksumMode, true);
  for (const query of ["partNumber=0", "partNumber=10001", "response-expires=a%0D%0Ab"]) {
    assertEquals(await codeOf("GetObject", "GET", `/b/k?${query}`), "InvalidArgument");
  }
  const anonymous = { signed: false };
  assertEquals(await codeOf("GetObject", "GET", target, anonymous), "InvalidRequest");
  assertEquals(await codeOf("HeadObject", "HEAD", target, anonymous), "InvalidRequest");
  read("GetObject", "GET", "/b/k?response-x=1&response-expires=", anonymous);
});

Deno.test("CopyObject reads its source in every form that clients send", async () => {
  const sources: [string, string, string][] = [
    ["src/key", "src", "key"],
    ["/src/a/b", "src", "a/b"],
    ["src/a%20b%2Fc", "src", "a b/c"],
    ["src%2Fkey", "src", "key"],
    ["src/a+b", "src", "a+b"],
    ["src/a%3Fb?versionId=null", "src", "a?b"],
    ["src/\xc3\xbc", "src", "ü"],
    ["src//double", "src", "/double"],
  ];
  for (const [header, bucket, key] of sources) {
    const { source } = await read("CopyObject", "PUT", "/b/k", {
      headers: { "x-amz-copy-source": header },
    });
    assertEquals([source.bucket, source.key], [bucket, key], header);
  }
});

Deno.test("CopyObject reads which checksum it should have", async () => {
  const asked = async (headers: Record<string, string>) => {
    const input = await read("CopyObject", "PUT", "/b/k", {
      headers: { "x-amz-copy-source": "b/k", ...headers },
    });
    return input.checksumAlgorithm;
  };
  assertEquals(await asked({}), undefined);
  assertEquals(await asked({ "x-amz-checksum-algorithm": "sha256" }), "SHA256");
});

Deno.test("CopyObject refuses sources and directives without a meaning", async () => {
  const refused: [HeadersInit, string][] = [
    [{ "x-amz-copy-source": "" }, "InvalidArgument"],
    [{ "x-amz-copy-source": "bucket" }, "InvalidArgument"],
    [{ "x-amz-copy-source": "bucket/" }, "InvalidArgument"],
    [{ "x-amz-copy-source": "/" }, "InvalidArgument"],
    [{ "x-amz-copy-source": "b/%zz" }, "InvalidArgument"],
    [{ "x-amz-copy-source": "b/\xff" }, "InvalidArgument"],
    [{ "x-amz-copy-source": "arn:aws:s3:us-east-1:1:accesspoint/x/object/k" }, "NotImplemented"],
    [{ "x-amz-copy-source": `b/k?versionId=${"v".repeat(32)}` }, "NoSuchVersion"],
    [{ "x-amz-copy-source": "b/k", "x-amz-metadata-directive": "MERGE" }, "InvalidArgument"],
    [{ "x-amz-copy-source": "b/k", "x-amz-tagging-directive": "x" }, "InvalidArgument"],
    [{ "x-amz-copy-source": "b/k", "x-amz-checksum-algorithm": "CRC16" }, "InvalidRequest"],
    [{ "x-amz-copy-source": "b/k", "x-amz-checksum-algorithm": "MD4" }, "InvalidRequest"],
  ];
  for (const [headers, code] of refused) {
    assertEquals(await codeOf("CopyObject", "PUT", "/b/k", { headers }), code);
  }
});

Deno.test("CopyObject reads what the directives replace, and nothing of what they keep", async () => {
  const given = {
    "x-amz-copy-source": "b/k",
    "cache-control": "no-cache",
    "x-amz-tagging": "a=b",
  };
  const attributesOf = async (more: Record<string, string>) => {
    const headers = { ...given, ...more };
    return (await read("CopyObject", "PUT", "/b/k", { headers })).attributes;
  };
  const metadata = { "x-amz-metadata-directive": "REPLACE" };
  const tagging = { "x-amz-tagging-directive": "REPLACE" };
  const tags = [{ key: "a", value: "b" }];
  assertEquals(await attributesOf({}), {});
  assertEquals(await attributesOf({ "x-amz-tagging": "a=%zz" }), {});
  assertEquals(await attributesOf({ "x-amz-meta-a": "x".repeat(5000) }), {});
  assertEquals(await attributesOf(metadata), { cacheControl: "no-cache" });
  assertEquals(await attributesOf(tagging), { tags });
  assertEquals(await attributesOf({ ...metadata, ...tagging }), {
    cacheControl: "no-cache",
    tags,
  });
});

Deno.test("CopyObject knows what S3 takes for a change of an object", async () => {
  const sets = async (more: Record<string, string>) => {
    const headers = { "x-amz-copy-source": "b/k", ...more };
    return (await read("CopyObject", "PUT", "/b/k", { headers })).setsStorage;
  };
  assertEquals(await sets({}), false);
  assertEquals(await sets({ "x-amz-storage-class": "STANDARD" }), false);
  assertEquals(await sets({ "x-amz-storage-class": "STANDARD_IA" }), true);
  assertEquals(await sets({ "x-amz-server-side-encryption": "AES256" }), true);
});

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

Deno.test("a condition on a write that names nothing is refused: it would let every write through", async () => {
  for (const value of ["", " ", ",", '*, "a"', '"*"']) {
    const headers = { "if-none-match": value };
    assertEquals(await codeOf("PutObject", "PUT", "/b/k", { headers }), "NotImplemented", value);
  }
  const headers = { "if-none-match": "*, *", "if-match": '*, "a"' };
  const { conditions } = await read("PutObject", "PUT", "/b/k", { headers });
  assertEquals(conditions, { ifNoneMatch: "*", ifMatch: ["*", "a"] });
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

Deno.test("documents come through the verified decoder", async () => {
  const body = "<Delete><Object><Key>k</Key></Object></Delete>";
  const refused: [HeadersInit, string][] = [
    [{ "content-md5": "1B2M2Y8AsgTpgAmY7PhCfg==" }, "BadDigest"],
    [{ "x-amz-checksum-crc32": "AAAAAA==" }, "BadDigest"],
    [{ "x-amz-content-sha256": "0".repeat(64) }, "XAmzContentSHA256Mismatch"],
  ];
  for (const [headers, code] of refused) {
    assertEquals(await codeOf("DeleteObjects", "POST", "/b?delete", { headers, body }), code);
  }
});

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

Deno.test("CopyObject can ask for another checksum, of an algorithm that S3 has", async () => {
  const copy = (algorithm: string) => ({
    headers: { "x-amz-copy-source": "b/s", "x-amz-checksum-algorithm": algorithm },
  });
  const { checksumAlgorithm } = await read("CopyObject", "PUT", "/b/k", copy("xxhash3"));
  assertEquals(checksumAlgorithm, "XXHASH3");
  assertEquals(await codeOf("CopyObject", "PUT", "/b/k", copy("rot13")), "InvalidRequest");
});

Deno.test("any key can be deleted in a document", async () => {
  const key = fc.string({ unit: "grapheme", minLength: 1 });
  await fc.assert(fc.asyncProperty(key, async (text) => {
    const body = s3Document("Delete", el("Object", el("Key", text)));
    const { objects } = await read("DeleteObjects", "POST", "/b?delete", { body });
    assertEquals(objects, [{ key: text }]);
  }));
});
