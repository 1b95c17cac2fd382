/** An attribute as OTLP over HTTP has it in JSON. */
export interface Attribute {
  readonly key: string;
  readonly value: { readonly stringValue?: string; readonly intValue?: number | string };
}

/** A span as OTLP over HTTP has it in JSON. */
export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly attributes: readonly Attribute[];
}

interface Export {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeSpans: readonly { readonly spans: readonly Span[] }[];
  }[];
}

/** A receiver of traces, and what it has got. */
export interface OtlpReceiver {
  /** Its base URL, to which `/v1/traces` is added. */
  readonly url: string;
  /** The bodies of the exports, as they came. */
  readonly bodies: readonly string[];
  /** The headers of the exports. */
  readonly requests: readonly Headers[];
  /** All spans so far. */
  spans(): readonly Span[];
  /** Ends it; what it has got stays. */
  close(): Promise<void>;
}

/** Starts a receiver of OTLP over HTTP, on a port of its own. */
export function startOtlpReceiver(): OtlpReceiver {
  const bodies: string[] = [];
  const requests: Headers[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    requests.push(request.headers);
    bodies.push(await request.text());
    return Response.json({});
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    bodies,
    requests,
    spans: () =>
      bodies.flatMap((body) => {
        const { resourceSpans }: Export = JSON.parse(body);
        return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
      }),
    close: () => server.shutdown(),
  };
}
