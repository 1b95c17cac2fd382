import { assertEquals, assertThrows } from "@std/assert";
import { S3Error } from "../../lib/errors/s3_error.ts";
import { requireBucketName } from "../../lib/s3/bucket.ts";
import { el, s3Document } from "../../lib/xml/write.ts";
import { codeOf, read } from "./read_request.ts";

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
