import { assertEquals } from "@std/assert";
import { expectedOwners } from "../../lib/s3/expected_owner.ts";
import { s3Request } from "../support/s3_request.ts";

const OWN = { "x-amz-expected-bucket-owner": "me" };
const SOURCE = { "x-amz-source-expected-bucket-owner": "you" };

Deno.test("expectedOwners() reads whose the bucket and a copy's source are said to be", () => {
  assertEquals(expectedOwners(s3Request("GET", "/b/k")), undefined);
  assertEquals(expectedOwners(s3Request("GET", "/", { headers: OWN })), undefined);
  assertEquals(expectedOwners(s3Request("DELETE", "/b", { headers: OWN })), {
    bucket: "b",
    ids: ["me"],
  });
  assertEquals(expectedOwners(s3Request("PUT", "/b/k", { headers: { ...SOURCE, ...OWN } })), {
    bucket: "b",
    ids: ["me", "you"],
  });
});
