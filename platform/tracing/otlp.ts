import type { SpanContext } from './span-context.ts';

type SpanKind = 'producer' | 'consumer';
/** As OTLP numbers them. */
const KINDS: Record<SpanKind, number> = { producer: 4, consumer: 5 };
const STATUS_ERROR = 2;

type Attributes = Readonly<Record<string, string | number>>;

/** A step of a trace that someone else began. */
export interface FinishedSpan {
  readonly name: string;
  readonly kind: SpanKind;
  readonly spanId: string;
  readonly parent: SpanContext;
  /** Epoch milliseconds. */
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Attributes;
  readonly hasFailed?: boolean;
}

/** An ExportTraceServiceRequest of OTLP 1 as JSON: 64-bit integers are strings, ids are hex. */
export const encodeSpans = (service: string, spans: readonly FinishedSpan[]): string =>
  JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: attributesOf({ 'service.name': service }) },
        scopeSpans: [{ scope: { name: 'api-credits' }, spans: spans.map(spanOf) }],
      },
    ],
  });

const spanOf = ({ name, kind, spanId, parent, startMs, endMs, attributes, hasFailed }: FinishedSpan) => ({
  traceId: parent.traceId,
  spanId,
  parentSpanId: parent.spanId,
  name,
  kind: KINDS[kind],
  startTimeUnixNano: nanoseconds(startMs),
  endTimeUnixNano: nanoseconds(Math.max(startMs, endMs)),
  attributes: attributesOf(attributes),
  ...(hasFailed && { status: { code: STATUS_ERROR } }),
});

const nanoseconds = (ms: number): string => `${Math.floor(ms)}000000`;

const attributesOf = (attributes: Attributes) =>
  Object.entries(attributes).map(([key, value]) => ({
    key,
    value: typeof value === 'string' ? { stringValue: value } : { intValue: String(value) },
  }));
