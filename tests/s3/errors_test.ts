import { assertEquals } from "@std/assert";
import { S3Error } from "../../lib/errors/s3_error.ts";
import { type ErrorContext, writeError } from "../../lib/s3/errors.ts";

const CONTEXT: ErrorContext = {
  method: "GET",
  address: { kind: "object", bucket: "b", key: "k<1>\n" },
  requestId: "ID",
  hostId: "HOST",
};

Deno.test("writeError() writes code, message, fields, resource and ids, without a namespace", async () => {
  const error = new S3Error("InvalidArgument", {
    message: "No & never",
    fields: { ArgumentName: "n", ArgumentValue: "\u0000<" },
    headers: { "Retry-After": "3" },
    cause: new Error("inner"),
  });
  const response = writeError(error, CONTEXT);
  const body = await response.text();
  assertEquals(
    body,
    '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>InvalidArgument</Code>' +
      "<Message>No &amp; never</Message><ArgumentName>n</ArgumentName>" +
      "<ArgumentValue>\uFFFD&lt;</ArgumentValue><Resource>/b/k&lt;1&gt;&#xA;</Resource>" +
      "<RequestId>ID</RequestId><HostId>HOST</HostId></Error>",
  );
  assertEquals(response.status, 400);
  assertEquals(response.headers.get("retry-after"), "3");
  assertEquals(response.headers.get("content-type"), "application/xml");
  assertEquals(
    response.headers.get("content-length"),
    String(new TextEncoder().encode(body).length),
  );
});

Deno.test("writeError() names key and bucket where their code asks for it", async () => {
  const text = async (error: S3Error) => await writeError(error, CONTEXT).text();
  assertEquals(
    (await text(new S3Error("NoSuchKey"))).match(/<Key>.*<\/Key>/s)?.[0],
    "<Key>k&lt;1&gt;&#xA;</Key>",
  );
  assertEquals(/<BucketName>b</.test(await text(new S3Error("NoSuchBucket"))), true);
  assertEquals(/<BucketName>|<Key>/.test(await text(new S3Error("AccessDenied"))), false);
  const own = new S3Error("NoSuchBucket", { fields: { BucketName: "source" } });
  assertEquals((await text(own)).match(/<BucketName>/g)?.length, 1);
  assertEquals(/<BucketName>source</.test(await text(own)), true);
});

Deno.test("writeError() writes no body for HEAD, and a resource for every address", async () => {
  const head = writeError(new S3Error("NoSuchKey"), { ...CONTEXT, method: "HEAD" });
  assertEquals([head.status, head.body, head.headers.get("content-length")], [404, null, "0"]);
  const resource = async (address: ErrorContext["address"]) =>
    (await writeError(new S3Error("AccessDenied"), { ...CONTEXT, address }).text())
      .match(/<Resource>(.*)<\/Resource>/)?.[1];
  assertEquals(await resource({ kind: "service" }), "/");
  assertEquals(await resource({ kind: "bucket", bucket: "b" }), "/b");
  assertEquals(await resource(undefined), "/");
  const unread = { ...CONTEXT, address: undefined, path: "/b/%zz" };
  const body = await writeError(new S3Error("InvalidURI"), unread).text();
  assertEquals(/<Resource>(.*)<\/Resource>/.exec(body)?.[1], "/b/%zz");
});
