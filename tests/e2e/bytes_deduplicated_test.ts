/** What PutObject and UploadPart tell of deduplication. */

import { assertEquals } from "@std/assert";
import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { randomBytes } from "../support/random_bytes.ts";
import { CREDENTIAL, startGateway } from "../support/start_gateway.ts";

const HEADER = "x-hugbucket-bytes-deduplicated";
const LIMITED = {
  accessKeyId: "LIMITED",
  secretAccessKey: "limited-secret",
  buckets: ["data/mine/"],
};

Deno.test("answers tell how many bytes were stored already, to those who may see everything", async () => {
  await using gateway = await startGateway({ credentials: [CREDENTIAL, LIMITED] });
  const clientOf = (credentials: typeof CREDENTIAL) =>
    new S3Client({ endpoint: gateway.url, region: "us-east-1", forcePathStyle: true, credentials });
  const s3 = clientOf(CREDENTIAL);
  const put = async (url: string) => {
    const answer = await fetch(url, { method: "PUT", body });
    assertEquals([answer.status, await answer.text()], [200, ""]);
    return answer.headers.get(HEADER);
  };
  const body = randomBytes(300_000, 7);
  const Bucket = "data";
  const urlOf = (client: S3Client, Key: string) =>
    getSignedUrl(client, new PutObjectCommand({ Bucket, Key }));
  await s3.send(new CreateBucketCommand({ Bucket }));
  assertEquals(await put(await urlOf(s3, "one")), "0");
  assertEquals(await put(await urlOf(s3, "two")), "300000");
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: "three" }));
  const part = new UploadPartCommand({ Bucket, Key: "three", UploadId, PartNumber: 1 });
  assertEquals(await put(await getSignedUrl(s3, part)), "300000");
  const limited = clientOf(LIMITED);
  assertEquals(await put(await urlOf(limited, "mine/four")), null);
});
