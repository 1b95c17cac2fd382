import { assertEquals, assertThrows } from "@std/assert";
import { StoreError } from "../../lib/errors/store_error.ts";
import { bucketNameOf, checkNewBucketName, hubIdOf } from "../../lib/store/bucket_names.ts";

Deno.test("plain names are in the default namespace, ns--name in another", () => {
  assertEquals(hubIdOf("photos", "me"), "me/photos");
  assertEquals(hubIdOf("acme--photos", "me"), "acme/photos");
  assertEquals(hubIdOf("My_Bucket", "me"), "me/My_Bucket");
  assertEquals(bucketNameOf("me/photos", "me"), "photos");
  assertEquals(bucketNameOf("acme/photos", "me"), "acme--photos");
});

Deno.test("names that can be no bucket of the Hub have no id", () => {
  const names = ["", ".", "..", "a/b", "a%2Fb", "--x", "x--", "a--b--c", "a---b", "-a", "é"];
  for (const name of [...names, "a b", "a".repeat(97), "..--x", "x--.."]) {
    assertEquals(hubIdOf(name, "me"), undefined, name);
  }
});

Deno.test("S3's rules hold for new buckets", () => {
  for (const name of ["abc", "a-b.c", "0a0", "a".repeat(63), "acme--photos", "1.2.3"]) {
    checkNewBucketName(name);
  }
  const bad = ["", "ab", "a".repeat(64), "Abc", "a_b", "-ab", "ab-", ".ab", "ab.", "a..b", "a.-b"];
  bad.push("a-.b", "192.168.5.4", "xn--abc", "sthree-abc", "amzn-s3-demo-abc", "abc-s3alias");
  bad.push("abc--ol-s3", "abc.mrap", "abc--x-s3", "a--b--c", "a---b", "abc\n", "ab c");
  for (const name of bad) {
    const error = assertThrows(() => checkNewBucketName(name), StoreError, "not valid", name);
    assertEquals(error.kind, "bad_bucket_name");
  }
});
