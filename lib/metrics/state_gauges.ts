import process from "node:process";
import { Counter, Gauge, type Registry } from "prom-client";
import type { MemoryBudget } from "../flow/memory_budget.ts";
import type { GatewayState } from "../observe/gateway_observer.ts";

/**
 * Gauges of a gateway that are read when somebody asks.
 *
 * @param registers Where they are shown.
 * @param state What is read.
 * @param openRequests How many requests are under way.
 */
export function stateGauges(
  registers: Registry[],
  state: GatewayState,
  openRequests: () => number,
): void {
  new Gauge({
    name: "hugbucket_requests_open",
    help: "S3 requests that are under way",
    registers,
    collect() {
      this.set(openRequests());
    },
  });
  new Gauge({
    name: "hugbucket_multipart_uploads_open",
    help: "Multipart uploads that are neither completed nor aborted",
    registers,
    async collect() {
      this.set(await state.openUploads());
    },
  });
  memoryGauges(registers, state.memory);
}

function memoryGauges(registers: Registry[], memory: MemoryBudget): void {
  const parts = { transfers: memory, blocks: memory.blocks };
  const gauge = (name: string, help: string, value: (part: MemoryBudget) => number) =>
    new Gauge({
      name: `hugbucket_memory_${name}`,
      help,
      labelNames: ["part"],
      registers,
      collect() {
        for (const [part, budget] of Object.entries(parts)) this.set({ part }, value(budget));
      },
    });
  gauge("limit_bytes", "Bytes that transfers may hold, by part of the budget", (b) => b.limit);
  gauge("used_bytes", "Bytes that transfers hold, caches not included", (b) => b.used);
  gauge("cached_bytes", "Bytes that caches hold of what nobody else needs", (b) => b.spare);
  gauge("waiting_bytes", "Bytes that transfers wait for", (b) => b.waiting.bytes);
  gauge("waiting_leases", "Leases that transfers wait for", (b) => b.waiting.leases);
}

/** What prom-client has by itself needs to read `/proc`, for which there may be no permission. */
export function processGauges(registers: Registry[], version = "unknown"): void {
  new Gauge({
    name: "hugbucket_build_info",
    help: "1, with the program's version and that of its runtime",
    labelNames: ["version", "runtime"],
    registers,
  }).set({ version, runtime: runtime() }, 1);
  new Gauge({
    name: "process_resident_memory_bytes",
    help: "Memory of the process, in bytes",
    registers,
    collect() {
      this.set(process.memoryUsage().rss);
    },
  });
  new Gauge({
    name: "process_start_time_seconds",
    help: "When the process started, in seconds since 1970",
    registers,
  }).set(Math.round(performance.timeOrigin / 1000));
  new Counter({
    name: "process_cpu_seconds_total",
    help: "Processor time of the process, in seconds",
    registers,
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc((user + system) / 1e6);
    },
  });
}

/** Such as `deno 2.9.6`. */
function runtime(): string {
  const { deno, node } = process.versions;
  return deno === undefined ? `node ${node}` : `deno ${deno}`;
}
