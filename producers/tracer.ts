/** What the publisher needs of a tracer of OpenTelemetry: `trace.getTracer('api')` of @opentelemetry/api is one. */
export interface PublisherTracer {
  /** Begins a span under the active one. */
  startSpan(
    name: string,
    options?: { readonly kind?: number; readonly attributes?: Record<string, string> },
  ): PublisherSpan;
}

/** What it needs of a span. */
export interface PublisherSpan {
  spanContext(): { readonly traceId: string; readonly spanId: string; readonly traceFlags: number };
  setStatus(status: { code: number; message?: string }): unknown;
  end(): void;
}
