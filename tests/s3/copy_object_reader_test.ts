import { assertEquals } from "@std/assert";
import { codeOf, read } from "./read_request.ts";

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

Deno.test("CopyObject can ask for another checksum, of an algorithm that S3 has", async () => {
  const copy = (algorithm: string) => ({
    headers: { "x-amz-copy-source": "b/s", "x-amz-checksum-algorithm": algorithm },
  });
  const { checksumAlgorithm } = await read("CopyObject", "PUT", "/b/k", copy("xxhash3"));
  assertEquals(checksumAlgorithm, "XXHASH3");
  assertEquals(await codeOf("CopyObject", "PUT", "/b/k", copy("rot13")), "InvalidRequest");
});
