/** A span as W3C Trace Context names it: trace id of 32 and span id of 16 hex digits. */
export interface SpanContext {
  readonly traceId: string;
  readonly spanId: string;
}

/** Of HTTP requests and of Kafka records. */
export const TRACEPARENT = 'traceparent';

/** Version 00; a later version may have more behind the flags. Ids of zeros alone are not valid. */
const SAMPLED =
  /^(?!ff)[0-9a-f]{2}-(?<traceId>(?!0{32})[0-9a-f]{32})-(?<spanId>(?!0{16})[0-9a-f]{16})-[0-9a-f][13579bdf](?:-.*)?$/;

/** @returns the span that a traceparent names; undefined where it is not valid, or its trace is not sampled */
export function sampledContext(traceparent: string | undefined): SpanContext | undefined {
  const { traceId, spanId } = SAMPLED.exec(traceparent ?? '')?.groups ?? {};
  return traceId === undefined || spanId === undefined ? undefined : { traceId, spanId };
}

/** The traceparent of a span that is sampled. */
export const traceparentOf = ({ traceId, spanId }: SpanContext): string => `00-${traceId}-${spanId}-01`;
