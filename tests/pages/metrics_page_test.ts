import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { createMetrics } from "../../lib/metrics/create_metrics.ts";
import { startInnerGateway } from "../support/start_gateway.ts";

async function ask(url: string, authorization?: string) {
  const headers = authorization === undefined ? {} : { authorization };
  const response = await fetch(`${url}/-/metrics`, { headers });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

Deno.test("the port of S3 shows metrics to who knows the token", async () => {
  await using gateway = await startInnerGateway({
    metrics: await createMetrics(),
    metricsToken: "let-me-see",
  });
  for (
    const wrong of [undefined, "Bearer let-me-sea", "Bearer", "Basic let-me-see", "let-me-see"]
  ) {
    const { status, headers, text } = await ask(gateway.url, wrong);
    assertEquals([status, headers.get("www-authenticate")], [401, "Bearer"], wrong);
    assert(!text.includes("hugbucket_"));
  }
  const { status, headers, text } = await ask(gateway.url, "Bearer let-me-see");
  assertEquals(status, 200);
  assertStringIncludes(headers.get("content-type") ?? "", "text/plain; version=0.0.4");
  assertStringIncludes(text, "# TYPE hugbucket_requests_total counter");
});

Deno.test("without a token the port of S3 does not, and monitor() does", async () => {
  await using gateway = await startInnerGateway({ metrics: await createMetrics() });
  assertEquals((await ask(gateway.url)).status, 404);
  const { monitor } = gateway.gateway;
  const statuses = ["/-/metrics", "/-/health", "/-/ready", "/", "/bucket/-/metrics"].map(
    async (path) => {
      const response = await monitor(new Request(`http://localhost${path}`));
      await response.body?.cancel();
      return response.status;
    },
  );
  assertEquals(await Promise.all(statuses), [200, 200, 200, 404, 404]);
  const stopping = await monitor(new Request("http://localhost/-/ready"), { stopping: true });
  assertEquals([stopping.status, await stopping.text()], [503, "stopping\n"]);
});

Deno.test("a gateway that does not count has no metrics to show", async () => {
  await using gateway = await startInnerGateway({ metricsToken: "let-me-see" });
  assertEquals((await ask(gateway.url, "Bearer let-me-see")).status, 404);
});
