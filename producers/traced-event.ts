import { TRACEPARENT, traceparentOf } from '../platform/tracing/span-context.ts';
import type { BufferedEvent } from './send-buffer.ts';
import type { PublisherSpan, PublisherTracer } from './tracer.ts';

/** As OpenTelemetry numbers them. */
const PRODUCER = 3;
const ERROR = 2;
const SAMPLED = 1;

/**
 * Begins the span of an event under the span that is active.
 * @returns the event with its span, or as it was where its trace is not sampled
 */
export function traced(event: BufferedEvent, tracer: PublisherTracer): BufferedEvent {
  const span = tracer.startSpan('publish api call', {
    kind: PRODUCER,
    attributes: { 'messaging.system': 'kafka' },
  });
  if ((span.spanContext().traceFlags & SAMPLED) !== 0) return new TracedEvent(event, span);
  span.end();
  return event;
}

/** An event whose span ends when Kafka has it, and goes on in the header of its record. */
class TracedEvent implements BufferedEvent {
  readonly key: string;
  readonly value: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  readonly #event: BufferedEvent;
  readonly #span: PublisherSpan;
  #isReported = false;

  constructor(event: BufferedEvent, span: PublisherSpan) {
    this.key = event.key;
    this.value = event.value;
    this.headers = { [TRACEPARENT]: traceparentOf(span.spanContext()) };
    this.#event = event;
    this.#span = span;
  }

  delivered(): void {
    this.#end();
    this.#event.delivered();
  }

  failed(error: Error): void {
    this.#end(error);
    this.#event.failed(error);
  }

  #end(error?: Error): void {
    if (this.#isReported) return;
    this.#isReported = true;
    if (error) this.#span.setStatus({ code: ERROR, message: error.message });
    this.#span.end();
  }
}
