import { assertEquals } from "@std/assert";
import { signQueryV2 } from "../support/sign_requests.ts";
import { BUCKET, rawGateway, utf8 } from "./raw_gateway.ts";

/** Moves the `x-amz-*` headers that were signed into the query, as botocore does with SigV2. */
function hoisted(request: ReturnType<typeof signQueryV2>): ReturnType<typeof signQueryV2> {
  const moved = Object.entries(request.headers).filter(([name]) => name.startsWith("x-amz-"));
  const kept = Object.entries(request.headers).filter(([name]) => !name.startsWith("x-amz-"));
  const query = moved.map(([name, value]) => `&${name}=${encodeURIComponent(value)}`).join("");
  return { ...request, target: request.target + query, headers: Object.fromEntries(kept) };
}

Deno.test("a SigV2 URL of a copy copies, and does not write an empty object", async () => {
  await using raw = await rawGateway();
  await raw.signed("PUT", `/${BUCKET}/k`, { body: utf8("content") });
  const url = hoisted(signQueryV2({
    method: "PUT",
    target: `/${BUCKET}/copy`,
    headers: { "x-amz-copy-source": `${BUCKET}/k` },
    body: utf8(""),
  }, raw.signer));
  using connection = await raw.connect();
  assertEquals((await connection.exchange(url)).status, 200);
  assertEquals(await raw.textOf("copy"), "content");
});

Deno.test("a SigV2 URL to write cannot be turned into one to copy", async () => {
  await using raw = await rawGateway();
  await raw.signed("PUT", `/${BUCKET}/secret`, { body: utf8("secret") });
  const url = signQueryV2(
    { method: "PUT", target: `/${BUCKET}/k`, headers: {}, body: utf8("own") },
    raw.signer,
  );
  using connection = await raw.connect();
  const target = `${url.target}&x-amz-copy-source=${BUCKET}/secret`;
  assertEquals((await connection.exchange({ ...url, target })).status, 200);
  assertEquals(await raw.textOf("k"), "own");
});
