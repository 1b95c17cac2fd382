import { assertEquals } from "@std/assert";
import { bodyOf, BUCKET, opsUnderTest, s3Error } from "./ops_under_test.ts";

Deno.test("a write whose condition does not hold names the header", async () => {
  const ops = await opsUnderTest();
  await ops.put("key", "content");
  const write = (conditions: { ifMatch?: string[]; ifNoneMatch?: "*" }) =>
    s3Error(
      ops.run("PutObject", {
        bucket: BUCKET,
        key: "key",
        body: bodyOf("other"),
        attributes: {},
        conditions,
      }),
    );
  const noneMatch = await write({ ifNoneMatch: "*" });
  assertEquals([noneMatch.code, noneMatch.fields], [
    "PreconditionFailed",
    { Condition: "If-None-Match" },
  ]);
  const match = await write({ ifMatch: ["other"] });
  assertEquals([match.code, match.fields], ["PreconditionFailed", { Condition: "If-Match" }]);
});
