import { sampledContext, TRACEPARENT, type SpanContext } from '../../platform/tracing/span-context.ts';
import type { Tracing } from '../../platform/tracing/tracing.ts';

/** A record whose publisher traces it, from when Kafka appended it, epoch milliseconds. */
export interface TracedRecord {
  readonly parent: SpanContext;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly appendedAtMs: number;
  /** The rule that it breaks, if it was quarantined. */
  readonly reason: string | undefined;
}

/** @returns the span that published a record; undefined where it is not traced */
export const publishSpanOf = (headers: ReadonlyMap<string, Buffer | null>): SpanContext | undefined =>
  sampledContext(headers.get(TRACEPARENT)?.toString('latin1'));

/** The last spans of traces: from the append of a record to the commit of what landed with it. */
export function endTraces(
  tracing: Pick<Tracing, 'ended'>,
  records: readonly TracedRecord[],
  endMs: number,
): void {
  for (const { parent, topic, partition, offset, appendedAtMs, reason } of records) {
    tracing.ended({
      name: `land ${topic}`,
      kind: 'consumer',
      parent,
      startMs: appendedAtMs,
      endMs,
      attributes: {
        'messaging.system': 'kafka',
        'messaging.destination.name': topic,
        'messaging.destination.partition.id': String(partition),
        'messaging.kafka.offset': offset,
        ...(reason !== undefined && { 'api_credits.dead_letter.reason': reason }),
      },
      hasFailed: reason !== undefined,
    });
  }
}
