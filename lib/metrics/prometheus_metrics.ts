import { Counter, Histogram, Registry } from "prom-client";
import { byteCounters, type ByteCounts } from "./byte_counters.ts";
import type { CallEnding } from "../flow/call_observer.ts";
import type { LimitState } from "../hub/rate_limit.ts";
import type { GatewayState, Kept, Service } from "../observe/gateway_observer.ts";
import type { AnswerEnd, RequestTrace } from "../observe/request_trace.ts";
import type { GatewayMetrics, MetricsOptions } from "./gateway_metrics.ts";
import { QuotaGauges } from "./quota_gauges.ts";
import { processGauges, stateGauges } from "./state_gauges.ts";

/** Of requests, whose bodies may take long. */
const REQUEST_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
/** Of calls, up to the head of their answers. */
const CALL_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Figures of one gateway in a registry of their own. */
export class PrometheusMetrics implements GatewayMetrics {
  readonly #registry = new Registry();
  readonly #clock: () => number;
  readonly #openRequests = new Set<RequestTrace>();
  readonly #requests: Counter<"operation" | "status">;
  readonly #errors: Counter<"code">;
  readonly #aborts: Counter;
  readonly #requestSeconds: Histogram<"operation">;
  readonly #calls: Readonly<Record<Service, Counter<"call" | "status">>>;
  readonly #callSeconds: Readonly<Record<Service, Histogram<"call">>>;
  readonly #reads: Counter<"cache" | "from">;
  readonly #quota: QuotaGauges;
  readonly #bytes: ByteCounts;

  /** @param options What the figures tell of the program. */
  constructor({ version, clock = () => performance.now() }: MetricsOptions = {}) {
    this.#clock = clock;
    const registers = [this.#registry];
    const calls = (service: Service, name: string) =>
      new Counter({
        name: `hugbucket_${service}_calls_total`,
        help: `Requests to the ${name} by call and status; status none where no answer came`,
        labelNames: ["call", "status"],
        registers,
      });
    const callSeconds = (service: Service, name: string) =>
      new Histogram({
        name: `hugbucket_${service}_call_duration_seconds`,
        help: `Time of requests to the ${name}, up to the head of the answer`,
        labelNames: ["call"],
        buckets: CALL_SECONDS,
        registers,
      });
    this.#requests = new Counter({
      name: "hugbucket_requests_total",
      help: "S3 requests by operation and HTTP status",
      labelNames: ["operation", "status"],
      registers,
    });
    this.#errors = new Counter({
      name: "hugbucket_request_errors_total",
      help: "S3 requests that were answered with an error, by its code",
      labelNames: ["code"],
      registers,
    });
    this.#aborts = new Counter({
      name: "hugbucket_request_aborts_total",
      help: "S3 requests whose clients left before the end of the answer",
      registers,
    });
    this.#requestSeconds = new Histogram({
      name: "hugbucket_request_duration_seconds",
      help: "Time of S3 requests, up to the last byte of the answer",
      labelNames: ["operation"],
      buckets: REQUEST_SECONDS,
      registers,
    });
    this.#calls = { hub: calls("hub", "Hub"), cas: calls("cas", "CAS") };
    this.#callSeconds = { hub: callSeconds("hub", "Hub"), cas: callSeconds("cas", "CAS") };
    this.#reads = new Counter({
      name: "hugbucket_cache_reads_total",
      help: "Reads of chunks and reconstructions by where they came from: memory, disk, " +
        "shared (a fetch that others had begun), fetched (a call of the CAS)",
      labelNames: ["cache", "from"],
      registers,
    });
    this.#quota = new QuotaGauges(registers);
    this.#bytes = byteCounters(registers);
    processGauges(registers, version);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  attached(state: GatewayState): void {
    stateGauges([this.#registry], state, () => this.#openRequests.size);
  }

  requestBegan(trace: RequestTrace): void {
    this.#openRequests.add(trace);
  }

  requestEnded(trace: RequestTrace, { status, endedAt, aborted }: AnswerEnd): void {
    this.#openRequests.delete(trace);
    const { operation = "none", error, startedAt } = trace;
    this.#requests.inc({ operation, status });
    this.#requestSeconds.observe({ operation }, (endedAt - startedAt) / 1000);
    if (error !== undefined) this.#errors.inc({ code: error.code });
    if (aborted) this.#aborts.inc();
  }

  callBegan(service: Service, call: string): CallEnding {
    const startedAt = this.#clock();
    return (status) => {
      this.#calls[service].inc({ call, status: status ?? "none" });
      this.#callSeconds[service].observe({ call }, (this.#clock() - startedAt) / 1000);
    };
  }

  quota(limits: readonly LimitState[]): void {
    this.#quota.set(limits);
  }

  bytesIn(bytes: number): void {
    this.#bytes.in += bytes;
  }

  bytesOut(bytes: number): void {
    this.#bytes.out += bytes;
  }

  bytesSent(bytes: number): void {
    this.#bytes.sent += bytes;
  }

  bytesReceived(bytes: number): void {
    this.#bytes.received += bytes;
  }

  bytesHashed(bytes: number): void {
    this.#bytes.hashed += bytes;
  }

  bytesDeduplicated(bytes: number): void {
    this.#bytes.deduplicated += bytes;
  }

  read(cache: Kept, from: string): void {
    this.#reads.inc({ cache, from });
  }
}
