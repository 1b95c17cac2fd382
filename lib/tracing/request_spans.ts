import {
  type Context,
  defaultTextMapGetter,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace as traceApi,
  type Tracer,
} from "@opentelemetry/api";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import type { CallEnding } from "../flow/call_observer.ts";
import type { Service } from "../observe/gateway_observer.ts";
import type { AnswerEnd, RequestTrace } from "../observe/request_trace.ts";
import type { GatewayTracing, TracingOptions } from "./gateway_tracing.ts";

/** A collector that takes longer is not waited for: nor is it when the gateway is stopped. */
const EXPORT_MS = 3_000;

/** The spans of a request that is under way. */
interface RequestSpan {
  readonly request: Span;
  /** What spans of calls are below: the operation's, once it is known. */
  within: Context;
  operation: Span | undefined;
}

/** A span for each request, below it one for its operation, below that one for each call of the Hub and the CAS. */
export class RequestSpans implements GatewayTracing {
  readonly #provider: TracerProvider;
  readonly #tracer: Tracer;
  readonly #propagator = new W3CTraceContextPropagator();
  readonly #spans = new WeakMap<RequestTrace, RequestSpan>();

  /** @param options Where spans are sent. */
  constructor({ url, headers, serviceName, version, ratio = 1 }: TracingOptions) {
    const exporter = new OTLPTraceExporter({
      url,
      timeoutMillis: EXPORT_MS,
      ...(headers && { headers: { ...headers } }),
    });
    this.#provider = new TracerProvider({
      resource: resourceFromAttributes({
        "service.name": serviceName ?? "hugbucket",
        ...(version !== undefined && { "service.version": version }),
      }),
      sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
      spanProcessors: [new BatchSpanProcessor({ exporter })],
    });
    this.#tracer = this.#provider.getTracer("hugbucket", version);
  }

  requestBegan(trace: RequestTrace, headers: Headers): void {
    const carrier = {
      traceparent: headers.get("traceparent") ?? undefined,
      tracestate: headers.get("tracestate") ?? undefined,
    };
    const parent = this.#propagator.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter);
    const request = this.#tracer.startSpan(trace.method, {
      kind: SpanKind.SERVER,
      startTime: trace.startedAt,
      attributes: {
        "http.request.method": trace.method,
        "hugbucket.request_id": trace.requestId,
      },
    }, parent);
    const within = traceApi.setSpan(parent, request);
    this.#spans.set(trace, { request, within, operation: undefined });
  }

  operationBegan(trace: RequestTrace): void {
    const spans = this.#spans.get(trace);
    if (spans === undefined || spans.operation !== undefined) return;
    const operation = spans.operation = this.#tracer.startSpan(
      trace.operation ?? "none",
      { attributes: { ...(trace.bucket !== undefined && { "hugbucket.bucket": trace.bucket }) } },
      spans.within,
    );
    spans.within = traceApi.setSpan(spans.within, operation);
  }

  requestEnded(trace: RequestTrace, { status, bytes, endedAt, aborted }: AnswerEnd): void {
    const spans = this.#spans.get(trace);
    if (spans === undefined) return;
    this.#spans.delete(trace);
    const { request, operation } = spans;
    const { error, keyId, work } = trace;
    request.setAttributes({
      "http.response.status_code": status,
      "hugbucket.operation": trace.operation ?? "none",
      "hugbucket.bytes_in": work.bytesIn,
      "hugbucket.bytes_out": bytes,
      "hugbucket.bytes_sent": work.bytesSent,
      "hugbucket.bytes_deduplicated": work.bytesDeduplicated,
      ...(keyId !== undefined && { "hugbucket.key_id": keyId }),
      ...(error !== undefined && { "error.type": error.code }),
      ...(aborted && { "hugbucket.aborted": true }),
    });
    for (const span of [operation, request]) {
      if (status >= 500) span?.setStatus({ code: SpanStatusCode.ERROR });
      span?.end(endedAt);
    }
  }

  callBegan(service: Service, call: string, trace: RequestTrace | undefined): CallEnding {
    const within = trace && this.#spans.get(trace)?.within;
    const span = this.#tracer.startSpan(`${service} ${call}`, {
      kind: SpanKind.CLIENT,
      attributes: { "peer.service": service, "hugbucket.call": call },
    }, within ?? ROOT_CONTEXT);
    return (status) => {
      if (status !== undefined) span.setAttribute("http.response.status_code", status);
      if (status === undefined || status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    };
  }

  async close(): Promise<void> {
    await this.#provider.shutdown();
  }
}
