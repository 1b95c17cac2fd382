import { assertEquals, assertRejects } from "@std/assert";
import {
  CreateBucketCommand,
  DeleteBucketCorsCommand,
  DeleteObjectTaggingCommand,
  GetBucketAclCommand,
  GetBucketCorsCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketTaggingCommand,
  GetObjectAclCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  ListObjectVersionsCommand,
  type ObjectOwnership,
  PutBucketAclCommand,
  PutBucketCorsCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import { BUCKET, rawGateway, utf8 } from "./raw_gateway.ts";

async function sdk() {
  const raw = await rawGateway();
  const client = new S3Client({
    endpoint: raw.gateway.url,
    credentials: raw.gateway.credential,
    region: "us-east-1",
    forcePathStyle: true,
  });
  return {
    raw,
    client,
    async [Symbol.asyncDispose]() {
      client.destroy();
      await raw[Symbol.asyncDispose]();
    },
  };
}

async function nameOf(promise: Promise<unknown>): Promise<string> {
  return (await assertRejects(() => promise, S3ServiceException)).name;
}

Deno.test("tags of objects and buckets are put, read and deleted, and leave all else alone", async () => {
  await using gateway = await sdk();
  const { client } = gateway;
  const of = { Bucket: BUCKET, Key: "k" };
  await client.send(new PutObjectCommand({ ...of, Body: "x", Metadata: { a: "1" } }));
  const tags = async () => (await client.send(new GetObjectTaggingCommand(of))).TagSet;
  assertEquals(await tags(), []);
  const TagSet = [{ Key: "a b", Value: "ü" }, { Key: "c", Value: "" }];
  await client.send(new PutObjectTaggingCommand({ ...of, Tagging: { TagSet } }));
  assertEquals(await tags(), TagSet);
  const { Metadata, Body } = await client.send(new GetObjectCommand(of));
  assertEquals([Metadata, await Body?.transformToString()], [{ a: "1" }, "x"]);
  await client.send(new DeleteObjectTaggingCommand(of));
  assertEquals(await tags(), []);
  const put = (set: { Key: string; Value: string }[], Key = "k") =>
    nameOf(client.send(new PutObjectTaggingCommand({ ...of, Key, Tagging: { TagSet: set } })));
  const many = Array.from({ length: 11 }, (_, i) => ({ Key: `${i}`, Value: "" }));
  assertEquals(await put(many), "BadRequest");
  assertEquals(await put([{ Key: "k".repeat(129), Value: "" }]), "InvalidTag");
  assertEquals(await put([{ Key: "k", Value: "v".repeat(257) }]), "InvalidTag");
  assertEquals(await put([{ Key: "k", Value: "" }, { Key: "k", Value: "" }]), "InvalidTag");
  assertEquals(await put([], "missing"), "NoSuchKey");
  assertEquals(
    await nameOf(client.send(new GetBucketTaggingCommand({ Bucket: BUCKET }))),
    "NoSuchTagSet",
  );
  await client.send(new PutBucketTaggingCommand({ Bucket: BUCKET, Tagging: { TagSet } }));
  const bucketTags = await client.send(new GetBucketTaggingCommand({ Bucket: BUCKET }));
  assertEquals(bucketTags.TagSet, TagSet);
});

Deno.test("access control lists show the owner, and take nothing that opens anything", async () => {
  await using gateway = await sdk();
  const { client } = gateway;
  await client.send(new PutObjectCommand({ Bucket: BUCKET, Key: "k", Body: "x" }));
  const { Owner, Grants } = await client.send(new GetBucketAclCommand({ Bucket: BUCKET }));
  const object = await client.send(new GetObjectAclCommand({ Bucket: BUCKET, Key: "k" }));
  assertEquals([object.Owner, object.Grants], [Owner, Grants]);
  assertEquals(Grants?.map(({ Permission, Grantee }) => [Permission, Grantee?.ID, Grantee?.Type]), [
    ["FULL_CONTROL", Owner?.ID, "CanonicalUser"],
  ]);
  await client.send(
    new PutBucketAclCommand({ Bucket: BUCKET, AccessControlPolicy: { Owner, Grants } }),
  );
  await client.send(new PutBucketAclCommand({ Bucket: BUCKET, ACL: "private" }));
  const refused = [
    new PutBucketAclCommand({ Bucket: BUCKET, ACL: "public-read" }),
    new PutBucketAclCommand({
      Bucket: BUCKET,
      AccessControlPolicy: {
        Owner,
        Grants: [{ Permission: "READ", Grantee: { Type: "CanonicalUser", ID: "other" } }],
      },
    }),
  ];
  for (const command of refused) {
    assertEquals(await nameOf(client.send(command)), "AccessControlListNotSupported");
  }
  const versioning = (Status: "Enabled" | "Suspended") =>
    client.send(
      new PutBucketVersioningCommand({ Bucket: BUCKET, VersioningConfiguration: { Status } }),
    );
  await versioning("Suspended");
  assertEquals(await nameOf(versioning("Enabled")), "NotImplemented");
});

Deno.test("access control lists that mean nothing are malformed, and a canned one comes alone", async () => {
  await using gateway = await sdk();
  const owner = (await gateway.client.send(new GetBucketAclCommand({ Bucket: BUCKET }))).Owner?.ID;
  const list = (ownerId: string, grantee: string, permission = "READ") =>
    `<AccessControlPolicy><Owner><ID>${ownerId}</ID></Owner><AccessControlList><Grant>` +
    `<Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ${grantee}</Grantee>` +
    `<Permission>${permission}</Permission></Grant></AccessControlList></AccessControlPolicy>`;
  const user = 'xsi:type="CanonicalUser"><ID>other</ID>';
  const cases: readonly (readonly [body: string, acl: string | undefined, code: string])[] = [
    ["", undefined, "MissingSecurityHeader"],
    [list(`${owner}`, user), "private", "UnexpectedContent"],
    [list("", user), undefined, "MalformedACLError"],
    [list(`${owner}`, user, "EVERYTHING"), undefined, "MalformedACLError"],
    [list(`${owner}`, 'xsi:type="Alien"><ID>other</ID>'), undefined, "MalformedACLError"],
    [list(`${owner}`, 'xsi:type="CanonicalUser"><ID></ID>'), undefined, "MalformedACLError"],
    ["<AccessControlPolicy/>", undefined, "MalformedACLError"],
    [list("other", user), undefined, "AccessDenied"],
    [list(`${owner}`, user), undefined, "AccessControlListNotSupported"],
  ];
  for (const [body, acl, code] of cases) {
    const headers: Record<string, string> = acl === undefined ? {} : { "x-amz-acl": acl };
    const answer = await gateway.raw.signed("PUT", `/${BUCKET}?acl`, { headers, body: utf8(body) });
    assertEquals(answer.code, code, body);
  }
});

Deno.test("all objects have their bucket's owner, and nothing else can be set", async () => {
  await using gateway = await sdk();
  const { client } = gateway;
  const { OwnershipControls } = await client.send(
    new GetBucketOwnershipControlsCommand({ Bucket: BUCKET }),
  );
  assertEquals(OwnershipControls?.Rules, [{ ObjectOwnership: "BucketOwnerEnforced" }]);
  const put = (Bucket: string, ...ownerships: ObjectOwnership[]) => {
    const Rules = ownerships.map((ObjectOwnership) => ({ ObjectOwnership }));
    return client.send(
      new PutBucketOwnershipControlsCommand({ Bucket, OwnershipControls: { Rules } }),
    );
  };
  await put(BUCKET, "BucketOwnerEnforced");
  assertEquals(await nameOf(put(BUCKET, "ObjectWriter")), "NotImplemented");
  assertEquals(await nameOf(put(BUCKET, "ObjectWriter", "ObjectWriter")), "MalformedXML");
  assertEquals(await nameOf(put("missing-bucket", "BucketOwnerEnforced")), "NoSuchBucket");
  const created = await client.send(new CreateBucketCommand({ Bucket: "arn-bucket" }));
  assertEquals(created.BucketArn, "arn:aws:s3:::arn-bucket");
});

Deno.test("versions are listed page by page, one of each object", async () => {
  await using gateway = await sdk();
  const { client } = gateway;
  for (const Key of ["a", "b/1", "b/2", "c"]) {
    await client.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: Key }));
  }
  const seen: (string | undefined)[] = [];
  let marker: { KeyMarker?: string; VersionIdMarker?: string } = {};
  for (let truncated: boolean | undefined = true; truncated;) {
    const page = await client.send(
      new ListObjectVersionsCommand({ Bucket: BUCKET, Delimiter: "/", MaxKeys: 1, ...marker }),
    );
    for (const { Key, VersionId, IsLatest } of page.Versions ?? []) {
      assertEquals([VersionId, IsLatest], ["null", true]);
      seen.push(Key);
    }
    for (const { Prefix } of page.CommonPrefixes ?? []) seen.push(Prefix);
    marker = {
      ...(page.NextKeyMarker !== undefined && { KeyMarker: page.NextKeyMarker }),
      ...(page.NextVersionIdMarker !== undefined && { VersionIdMarker: page.NextVersionIdMarker }),
    };
    truncated = page.IsTruncated;
  }
  assertEquals(seen, ["a", "b/", "c"]);
  const bad = await gateway.raw.signed("GET", `/${BUCKET}?versions&version-id-marker=null`);
  assertEquals([bad.status, bad.code], [400, "InvalidArgument"]);
});

Deno.test("a bucket's CORS rules are kept, and decide what scripts of other origins see", async () => {
  await using gateway = await sdk();
  const { client, raw } = gateway;
  const Bucket = BUCKET;
  assertEquals(
    await nameOf(client.send(new GetBucketCorsCommand({ Bucket }))),
    "NoSuchCORSConfiguration",
  );
  const CORSRules = [
    {
      ID: "first",
      AllowedOrigins: ["https://*.example.org"],
      AllowedMethods: ["GET", "PUT"],
      AllowedHeaders: ["x-amz-*", "Content-Type"],
      ExposeHeaders: ["ETag"],
      MaxAgeSeconds: 60,
    },
    { AllowedOrigins: ["*"], AllowedMethods: ["HEAD"] },
  ];
  await client.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules } }));
  assertEquals((await client.send(new GetBucketCorsCommand({ Bucket }))).CORSRules, CORSRules);

  const url = `${raw.gateway.url}/${BUCKET}/missing`;
  const origin = "https://a.example.org";
  const preflight = async (headers: Record<string, string>) => {
    const response = await fetch(url, { method: "OPTIONS", headers });
    await response.body?.cancel();
    const allowed = response.headers.get("access-control-allow-origin");
    return [response.status, allowed, response.headers.get("access-control-allow-headers")];
  };
  const asked = { origin, "access-control-request-method": "PUT" };
  const headers = { "access-control-request-headers": "X-Amz-Date, content-type" };
  assertEquals(await preflight({ ...asked, ...headers }), [
    200,
    origin,
    "x-amz-date, content-type",
  ]);
  const other = { "access-control-request-headers": "authorization" };
  assertEquals(await preflight({ ...asked, ...other }), [403, null, null]);
  assertEquals(await preflight({ ...asked, origin: "https://example.net" }), [403, null, null]);
  const head = { origin: "https://example.net", "access-control-request-method": "HEAD" };
  assertEquals(await preflight(head), [200, "*", null]);

  const forbidden = await fetch(url, { headers: { origin } });
  await forbidden.body?.cancel();
  assertEquals(forbidden.status, 403);
  assertEquals(forbidden.headers.get("access-control-allow-origin"), origin);
  assertEquals(forbidden.headers.get("access-control-allow-credentials"), null);
  assertEquals(forbidden.headers.get("access-control-expose-headers"), "ETag");
  const missing = await raw.signed("GET", `/${BUCKET}/missing`, { headers: { origin } });
  assertEquals(
    [missing.status, missing.headers.get("access-control-allow-origin")],
    [404, origin],
  );
  const bad = ["<AllowedOrigin>*</AllowedOrigin><AllowedMethod>PATCH</AllowedMethod>"]
    .concat("<AllowedOrigin>a*b*c</AllowedOrigin><AllowedMethod>GET</AllowedMethod>");
  for (const rule of bad) {
    const body = utf8(`<CORSConfiguration><CORSRule>${rule}</CORSRule></CORSConfiguration>`);
    assertEquals((await raw.signed("PUT", `/${BUCKET}?cors`, { body })).code, "InvalidRequest");
  }
  await client.send(new DeleteBucketCorsCommand({ Bucket }));
  assertEquals(await preflight(asked), [403, null, null]);
});
