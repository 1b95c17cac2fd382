import { assert, assertEquals } from "@std/assert";
import { createMetrics } from "../../lib/metrics/create_metrics.ts";
import { newRequestTrace } from "../../lib/observe/request_trace.ts";
import { logRequest } from "../../lib/request_log.ts";
import { type LogFacts, SILENT_LOG } from "../../lib/log.ts";
import { startInnerGateway } from "../support/start_gateway.ts";

interface Described {
  readonly name: string;
  readonly type: string;
  readonly labels: string;
}

/** All metrics that a gateway has, by what it says of them itself. */
async function metricsOfCode(): Promise<ReadonlyMap<string, string>> {
  const metrics = await createMetrics();
  await using _ = await startInnerGateway({ metrics });
  const types = (await metrics.text()).matchAll(/^# TYPE (\S+) (\S+)$/gm);
  return new Map([...types].map(([, name = "", type = ""]) => [name, type]));
}

/** Names of metrics in a text, histograms without what their series have behind them. */
const namesIn = (text: string): ReadonlySet<string> =>
  new Set(
    [...text.matchAll(/\b(?:hugbucket|process)_[a-z_]+/g)].map(([name]) =>
      name.replace(/_(bucket|sum|count)$/, "")
    ),
  );

const page = await Deno.readTextFile("docs/operate.md");

Deno.test("the page has every metric with its type, and no other", async () => {
  const rows = page.split("\n").flatMap((line): Described[] => {
    const { name = "", type = "", labels = "" } =
      /^\| `(?<name>[a-z_]+)` \| (?<type>counter|gauge|histogram) \| (?<labels>[^|]*)\|/.exec(line)
        ?.groups ?? {};
    return name === "" ? [] : [{ name, type, labels }];
  });
  const code = await metricsOfCode();
  assertEquals(
    Object.fromEntries(rows.map(({ name, type }) => [name, type]).sort()),
    Object.fromEntries([...code].sort()),
  );
});

Deno.test("the dashboard shows every metric, and no other; so do the alerts", async () => {
  const code = new Set((await metricsOfCode()).keys());
  const dashboard = await Deno.readTextFile("docs/grafana/dashboard.json");
  const { panels } = JSON.parse(dashboard);
  const shown = namesIn(JSON.stringify(panels));
  assertEquals([...shown].filter((name) => !code.has(name)), []);
  assertEquals([...code].filter((name) => !shown.has(name)), []);
  const alerts = namesIn(/groups:[^]*?```/.exec(page)?.[0] ?? "");
  assert(alerts.size >= 6);
  assertEquals([...alerts].filter((name) => !code.has(name)), []);
});

Deno.test("the page has every field of a request's line", () => {
  const lines: LogFacts[] = [];
  const log = { ...SILENT_LOG, error: (_: string, facts: LogFacts = {}) => void lines.push(facts) };
  const failure = new Error("broken");
  const end = { status: 200, bytes: 1, endedAt: 2, aborted: false, failure };
  logRequest(log, newRequestTrace("id", "GET", 1), end);
  const [line = {}] = lines;
  const missing = Object.keys(line).filter((name) => !page.includes(`\`${name}\``));
  assert(Object.keys(line).length >= 14);
  assertEquals(missing, []);
});
