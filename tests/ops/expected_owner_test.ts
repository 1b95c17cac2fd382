import { assertEquals, assertRejects } from "@std/assert";
import { S3Error } from "../../lib/errors/s3_error.ts";
import { StoreError } from "../../lib/errors/store_error.ts";
import { requireExpectedOwner } from "../../lib/ops/expected_owner.ts";
import { BUCKET, opsUnderTest } from "./ops_under_test.ts";

Deno.test("the owner's own id lets a request pass without a look at the bucket", async () => {
  const { store } = await opsUnderTest();
  const before = store.calls.length;
  await requireExpectedOwner(store, { bucket: BUCKET, ids: ["owner-id", "owner-id"] });
  assertEquals(store.calls.length, before);
});

Deno.test("any other id is AccessDenied, but a missing bucket is told first", async () => {
  const { store } = await opsUnderTest();
  for (const ids of [["123456789012"], ["owner-id", "123456789012"], [""]]) {
    const error = await assertRejects(
      () => requireExpectedOwner(store, { bucket: BUCKET, ids }),
      S3Error,
    );
    assertEquals(error.code, "AccessDenied");
    const missing = await assertRejects(
      () => requireExpectedOwner(store, { bucket: "missing", ids }),
      StoreError,
    );
    assertEquals(missing.kind, "no_such_bucket");
  }
});
