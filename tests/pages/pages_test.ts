import { assertEquals } from "@std/assert";
import type { Page } from "../../lib/pages/page.ts";
import { createPagesHandler } from "../../lib/pages/pages.ts";

const answers: Record<string, Page> = {
  one: { answer: ({ rawQuery }) => new Response(`one ${rawQuery}`) },
  more: { hasMore: true, methods: ["POST"], answer: ({ rest }) => new Response(rest) },
};
const pages = createPagesHandler({
  pages: answers,
  isBucketHost: (host) => host === "bucket.example",
});

async function ask(path: string, init: RequestInit = {}): Promise<readonly [number, string]> {
  const response = await pages(new Request(`http://localhost${path}`, init));
  return response === undefined ? [0, "S3"] : [response.status, (await response.text()).trim()];
}

Deno.test("pages are what follows /-/, and nothing else is", async () => {
  assertEquals(await ask("/-/one?a=b"), [200, "one a=b"]);
  assertEquals(await ask("/-/more/and%2Fmore"), [200, "/and%2Fmore"]);
  const none = [404, "There is no such page"] as const;
  for (
    const path of ["/-", "/-/", "/-/none", "/-/one/more", "/-//one", "/-/on%65", "/-?list-type=2"]
  ) {
    assertEquals(await ask(path), none, path);
  }
  for (const path of ["/", "/bucket/-/one", "/--/one", "/-one", "/%2D/one"]) {
    assertEquals(await ask(path), [0, "S3"], path);
  }
});

Deno.test("on the host of a bucket such a path is a key", async () => {
  const headers = { host: "bucket.example" };
  assertEquals(await ask("/-/one", { headers }), [0, "S3"]);
  assertEquals(await ask("/-/one", { headers: { host: "other.example" } }), [200, "one undefined"]);
  assertEquals(await ask("/-/one", { headers: { host: "a/-/one" } }), [0, "S3"]);
});

Deno.test("a page answers HEAD without a body, and other methods if it says so", async () => {
  assertEquals(await ask("/-/one?", { method: "HEAD" }), [200, ""]);
  assertEquals(await ask("/-/more/", { method: "POST", body: "text" }), [200, "/"]);
  const response = await pages(new Request("http://localhost/-/one", { method: "PUT", body: "x" }));
  assertEquals(
    [response?.status, response?.headers.get("allow"), response?.headers.get("cache-control")],
    [405, "GET, HEAD", "no-store"],
  );
});
