import { assertEquals, assertRejects } from "@std/assert";
import { HubError } from "../../../lib/embedded_hub/hub/hub_error.ts";
import { createSignedUrls } from "../../../lib/embedded_hub/hub/signed_urls.ts";

const secret = new Uint8Array(32).fill(7);

async function signedParts(): Promise<{ path: string; query: URLSearchParams }> {
  const urls = await createSignedUrls(secret);
  const signed = await urls.sign("/cdn/x", new URLSearchParams({ type: "a/b c" }), 1000);
  const [path = "", query = ""] = signed.split("?");
  return { path, query: new URLSearchParams(query) };
}

Deno.test("a signed URL is accepted until its time is over", async () => {
  const urls = await createSignedUrls(secret);
  const { path, query } = await signedParts();
  await urls.verify(path, query, 1000);
  const error = await assertRejects(() => urls.verify(path, query, 1001), HubError);
  assertEquals([error.status, error.message], [403, "Request has expired"]);
});

Deno.test("a URL that was changed or signed with another secret is refused", async () => {
  const urls = await createSignedUrls(secret);
  const { path, query } = await signedParts();
  const changed = (name: string, value: string) => {
    const copy = new URLSearchParams(query);
    copy.set(name, value);
    return copy;
  };
  const others: readonly [string, URLSearchParams][] = [
    ["/cdn/y", query],
    [path, changed("type", "c/d")],
    [path, changed("Expires", "9999")],
    [path, changed("Signature", "00".repeat(32))],
    [path, changed("Signature", "zz")],
    [path, changed("more", "1")],
    [path, new URLSearchParams()],
  ];
  for (const [otherPath, otherQuery] of others) {
    const error = await assertRejects(() => urls.verify(otherPath, otherQuery, 0), HubError);
    assertEquals([error.status, error.message], [403, "SignatureDoesNotMatch"]);
  }
  const foreign = await createSignedUrls(new Uint8Array(32));
  await assertRejects(() => foreign.verify(path, query, 0), HubError);
});
