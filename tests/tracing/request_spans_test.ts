import {
  CreateBucketCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { assert, assertEquals } from "@std/assert";
import { createTracing } from "../../lib/tracing/create_tracing.ts";
import { type Span, startOtlpReceiver } from "../support/otlp_receiver.ts";
import { startInnerGateway } from "../support/start_gateway.ts";

const attribute = (span: Span | undefined, key: string) => {
  const { stringValue, intValue } = span?.attributes.find((one) => one.key === key)?.value ?? {};
  return stringValue ?? Number(intValue);
};

Deno.test("a receiver gets spans of requests, operations and calls, in one another, with nothing secret in them", async () => {
  const receiver = startOtlpReceiver();
  const tracing = await createTracing({
    url: `${receiver.url}/v1/traces`,
    headers: { "x-tenant": "me" },
    version: "1.2.3",
  });
  const callerId = "0af7651916cd43dd8448eb211c80319c";
  let secrets: readonly string[] = [];
  {
    await using gateway = await startInnerGateway({ observers: [tracing] });
    const { url, credential, hub } = gateway;
    const s3 = new S3Client({
      endpoint: url,
      region: "us-east-1",
      credentials: credential,
      forcePathStyle: true,
    });
    await s3.send(new CreateBucketCommand({ Bucket: "traced" }));
    await s3.send(new PutObjectCommand({ Bucket: "traced", Key: "hidden-key", Body: "bytes" }));
    const presigned = await getSignedUrl(
      s3,
      new GetObjectCommand({ Bucket: "traced", Key: "hidden-key" }),
    );
    const traceparent = `00-${callerId}-b7ad6b7169203331-01`;
    const got = await fetch(presigned, { headers: { traceparent } });
    assertEquals(await got.text(), "bytes");
    const untraced = await fetch(presigned, {
      headers: { traceparent: traceparent.replace("c8031", "c8032").replace(/1$/, "0") },
    });
    await untraced.text();
    s3.destroy();
    secrets = [
      credential.secretAccessKey,
      hub.token,
      new URL(presigned).searchParams.get("X-Amz-Signature") ?? "",
      "X-Amz-",
      "hidden-key",
      "http://",
      "Bearer",
    ];
  }
  await tracing.close();
  await receiver.close();
  const spans = receiver.spans();
  const text = receiver.bodies.join();
  for (const secret of secrets) assert(secret !== "" && !text.includes(secret), secret);
  assertEquals(receiver.requests[0]?.get("x-tenant"), "me");
  assert(text.includes('"hugbucket"') && text.includes('"1.2.3"'));
  const named = (name: string) => spans.find((span) => span.name === name);
  const [operation, xorb, batch] = ["PutObject", "cas xorb.post", "hub batch"].map(named);
  const request = spans.find(({ spanId }) => spanId === operation?.parentSpanId);
  assertEquals([request?.name, attribute(request, "http.response.status_code")], ["PUT", 200]);
  assertEquals([xorb?.parentSpanId, batch?.parentSpanId], [operation?.spanId, operation?.spanId]);
  assertEquals(attribute(operation, "hugbucket.bucket"), "traced");
  assertEquals(attribute(request, "hugbucket.key_id"), "TESTKEY");
  const read = spans.filter(({ traceId }) => traceId === callerId).map(({ name }) => name);
  assertEquals(read.sort(), [
    "GET",
    "GetObject",
    "cas data",
    "cas reconstruction.v2",
    "hub paths-info",
    "hub xet-read-token",
  ]);
  assertEquals(
    spans.filter(({ name }) => name === "GetObject").length,
    1,
    "the caller did not want the other traced",
  );
});
