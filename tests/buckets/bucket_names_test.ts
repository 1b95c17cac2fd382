import { assertEquals, assertThrows } from "@std/assert";
import { bucketHandle, parseHubUri, readBucketName } from "../../lib/buckets/bucket_names.ts";

Deno.test("a bucket is named by namespace and name, by its bare name, or by its handle", () => {
  assertEquals(readBucketName("a/b"), { namespace: "a", name: "b" });
  assertEquals(readBucketName("b"), { name: "b" });
  assertEquals(readBucketName(bucketHandle("a/b")), { namespace: "a", name: "b" });
  assertEquals(readBucketName("hf://buckets/a/b/"), { namespace: "a", name: "b" });
  const wrong = ["", "/", "a/", "/b", "a/b/c", "hf://buckets/a", "hf://buckets/a/b/c", "hf://a/b"];
  for (const name of wrong) assertThrows(() => readBucketName(name), TypeError, "name of a bucket");
});

Deno.test("a URI names a bucket, model, dataset or Space, a revision and a path", () => {
  const parsed = (uri: string) => {
    const { kind, id, revision, path, contents } = parseHubUri(uri);
    return [kind, id, revision, path, contents];
  };
  assertEquals(parsed("hf://buckets/a/b"), ["bucket", "a/b", undefined, "", false]);
  assertEquals(parsed("hf://buckets/a/b/"), ["bucket", "a/b", undefined, "", true]);
  assertEquals(parsed("hf://buckets/a/b/c@d/e f"), ["bucket", "a/b", undefined, "c@d/e f", false]);
  assertEquals(parsed("hf://buckets/a/b/c/"), ["bucket", "a/b", undefined, "c", true]);
  assertEquals(parsed("hf://a/b/c.bin"), ["model", "a/b", undefined, "c.bin", false]);
  assertEquals(parsed("hf://models/a/b@v1"), ["model", "a/b", "v1", "", false]);
  assertEquals(parsed("hf://datasets/a/b@main/c/d"), ["dataset", "a/b", "main", "c/d", false]);
  assertEquals(parsed("hf://datasets/a/b@refs/pr/3/c"), [
    "dataset",
    "a/b",
    "refs/pr/3",
    "c",
    false,
  ]);
  assertEquals(
    parsed("hf://datasets/a/b@refs/convert/parquet/c/"),
    ["dataset", "a/b", "refs/convert/parquet", "c", true],
  );
  assertEquals(parsed("hf://spaces/a/b@x%2Fy/c"), ["space", "a/b", "x/y", "c", false]);
});

Deno.test("what is no place on the Hub is refused", () => {
  const wrong = [
    "a/b",
    "s3://a/b",
    "hf://",
    "hf://a",
    "hf://buckets/a",
    "hf://datasets/a@x/b",
    "hf://datasets/a/b@",
    "hf://datasets/a/b@/c",
    "hf://buckets/a/b@main/c",
    "hf://buckets/a/b//c",
  ];
  for (const uri of wrong) assertThrows(() => parseHubUri(uri), TypeError, "Not a place", uri);
});
