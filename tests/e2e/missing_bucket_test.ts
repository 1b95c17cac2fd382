import { assertEquals, assertStringIncludes } from "@std/assert";
import { startGateway } from "../support/start_gateway.ts";

Deno.test("a PUT to a missing bucket is refused before its body has come", async () => {
  await using gateway = await startGateway({ credentials: [], allowAnonymous: true });
  const { promise: comes, resolve: end } = Promise.withResolvers<void>();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      await comes;
      controller.close();
    },
  });
  const response = await fetch(`${gateway.url}/not-there/key`, {
    method: "PUT",
    body,
    signal: AbortSignal.timeout(5000),
  });
  assertEquals(response.status, 404);
  assertStringIncludes(await response.text(), "<Code>NoSuchBucket</Code>");
  end();
});
