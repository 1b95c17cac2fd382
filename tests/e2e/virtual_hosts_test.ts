import { assertEquals, assertStringIncludes } from "@std/assert";
import { hostBucketOf, parseHostedAddress } from "../../lib/s3/address.ts";
import { RawConnection } from "../support/raw_connection.ts";
import { signHeaderV2, signHeaderV4 } from "../support/sign_requests.ts";
import { CREDENTIAL, startGateway } from "../support/start_gateway.ts";

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

Deno.test("hostBucketOf() takes what stands before a configured domain", () => {
  const domains = ["example.org", "s3.example.org"];
  const cases: [string | null, string | undefined][] = [
    ["bucket.s3.example.org:9000", "bucket"],
    ["My.Bucket.S3.example.org", "my.bucket"],
    ["s3.example.org", undefined],
    ["example.org:80", undefined],
    ["b.example.org", "b"],
    ["xexample.org", undefined],
    [".example.org", undefined],
    ["127.0.0.1:9000", undefined],
    ["localhost", undefined],
    [null, undefined],
  ];
  for (const [host, bucket] of cases) assertEquals(hostBucketOf(host, domains), bucket, `${host}`);
  assertEquals(hostBucketOf("b.example.org", []), undefined);
  assertEquals(parseHostedAddress("b", "/"), { kind: "bucket", bucket: "b" });
  assertEquals(parseHostedAddress("b", "//a/../%2F"), {
    kind: "object",
    bucket: "b",
    key: "/a/..//",
  });
});

Deno.test("both styles name the same objects, signed either way", async () => {
  await using gateway = await startGateway({ domains: ["S3.Test"] });
  const send = async (
    host: string,
    method: string,
    target: string,
    sign: typeof signHeaderV4 | typeof signHeaderV2,
    body?: string,
  ) => {
    const signer = { ...CREDENTIAL, host, now: new Date() };
    const request = { method, headers: {}, ...(body !== undefined && { body: utf8(body) }) };
    // SigV2 signs the bucket as part of the path.
    const bucket = host.endsWith(".s3.test") ? `/${host.split(".")[0]}` : "";
    const signed = sign === signHeaderV2
      ? { ...sign({ ...request, target: bucket + target }, signer), target }
      : sign({ ...request, target }, signer);
    using connection = await RawConnection.open(gateway.url);
    return await connection.exchange(signed);
  };
  for (const sign of [signHeaderV4, signHeaderV2]) {
    assertEquals((await send("bucket.s3.test", "PUT", "/", sign, "")).status, 200);
    assertEquals((await send("bucket.s3.test", "PUT", "/bucket/k", sign, "x")).status, 200);
    assertEquals((await send("s3.test", "GET", "/bucket/bucket/k", sign)).body, "x");
    assertEquals((await send("other.host", "GET", "/bucket/bucket/k", sign)).body, "x");
    const listing = await send("bucket.s3.test", "GET", "/?prefix=b", sign);
    assertStringIncludes(listing.body, "<Key>bucket/k</Key>");
  }
  assertEquals((await send("other.s3.test", "GET", "/k", signHeaderV4)).code, "NoSuchBucket");
});

Deno.test("a gateway-wide setting lets origins in where a bucket has no rules", async () => {
  await using gateway = await startGateway({ corsOrigins: ["https://app.example"] });
  const ask = async (origin: string, method: string, headers: Record<string, string> = {}) => {
    const response = await fetch(`${gateway.url}/bucket/k`, {
      method,
      headers: { origin, ...headers },
    });
    await response.body?.cancel();
    return [response.status, response.headers.get("access-control-allow-origin")];
  };
  const asked = { "access-control-request-method": "DELETE" };
  assertEquals(await ask("https://app.example", "OPTIONS", asked), [200, "https://app.example"]);
  assertEquals(await ask("https://app.example", "GET"), [403, "https://app.example"]);
  assertEquals(await ask("https://other.example", "OPTIONS", asked), [403, null]);
  assertEquals(await ask("https://other.example", "GET"), [403, null]);
});
