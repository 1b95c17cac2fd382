import { assertEquals } from "@std/assert";
import { StoreError } from "../../lib/errors/store_error.ts";
import { getObject } from "../../lib/ops/objects.ts";
import type { GetObjectInput } from "../../lib/s3/operations.ts";
import type { ObjectAttributes } from "../../lib/store/object_store.ts";
import { bodyOf, BUCKET, opsUnderTest } from "./ops_under_test.ts";

/** Where GET of an object with these attributes leads. */
async function locationOf(
  input: Partial<GetObjectInput>,
  { attributes = {}, text = "text", redirect = true, failure }: {
    readonly attributes?: ObjectAttributes;
    readonly text?: string;
    readonly redirect?: boolean;
    readonly failure?: Error;
  } = {},
): Promise<string | undefined> {
  const { store, run, context } = await opsUnderTest();
  const put = { bucket: BUCKET, key: "key", body: bodyOf(text), attributes, conditions: {} };
  await run("PutObject", put);
  if (failure !== undefined) store.locate = () => Promise.reject(failure);
  const output = await getObject({ ...context, redirect }, {
    bucket: BUCKET,
    key: "key",
    conditions: {},
    overrides: {},
    ...input,
  });
  assertEquals(output.body === undefined, output.location !== undefined);
  await output.body?.cancel();
  return output.location?.replace(/\?.*/, "");
}

const LOCATION = "https://hub.test/bucket/key";

Deno.test("GetObject leads to the Hub for the whole object or a range, if it is told to", async () => {
  assertEquals(await locationOf({}), LOCATION);
  assertEquals(await locationOf({ range: "bytes=1-2" }), LOCATION);
  assertEquals(await locationOf({}, { attributes: { contentType: "text/x" } }), LOCATION);
  assertEquals(await locationOf({}, { redirect: false }), undefined);
});

Deno.test("GetObject answers by itself what the Hub would answer otherwise", async () => {
  const inputs: readonly Partial<GetObjectInput>[] = [
    { partNumber: 1 },
    { ifRange: '"a"', range: "bytes=0-0" },
    { conditions: { ifNoneMatch: '"a"' } },
    { checksumMode: true },
    { overrides: { "content-type": "text/x" } },
  ];
  for (const input of inputs) assertEquals(await locationOf(input), undefined);
  const kept: readonly ObjectAttributes[] = [
    { metadata: { a: "b" } },
    { cacheControl: "no-store" },
    { contentDisposition: "attachment" },
    { contentEncoding: "gzip" },
    { contentLanguage: "de" },
    { expires: "0" },
  ];
  for (const attributes of kept) assertEquals(await locationOf({}, { attributes }), undefined);
  assertEquals(await locationOf({}, { text: "" }), undefined);
});

Deno.test("GetObject answers by itself when the Hub does not say where the bytes are", async () => {
  for (const kind of ["slow_down", "unavailable", "no_such_key"] as const) {
    assertEquals(await locationOf({}, { failure: new StoreError(kind, "no") }), undefined);
  }
});
