import { sampledContext, TRACEPARENT, traceparentOf } from '../../platform/tracing/span-context.ts';
import type { OutgoingRecord } from '../../schemas/prepared-event.ts';
import type { ApiDependencies } from '../dependencies.ts';

/**
 * Publishes the records of a request. Where the request belongs to a sampled trace, that is a span of it, and the
 * records carry the trace on to the consumer.
 * @param traceparent the request's header
 * @throws what EventPublisher.publish throws
 */
export async function publishTraced(
  { events, tracing, topics, now }: ApiDependencies,
  records: readonly OutgoingRecord[],
  traceparent: string | undefined,
): Promise<void> {
  const parent = tracing && sampledContext(traceparent);
  if (!tracing || !parent) return events.publish(records);
  const spanId = tracing.newSpanId();
  const headers = { [TRACEPARENT]: traceparentOf({ ...parent, spanId }) };
  const startMs = now();
  let hasFailed = true;
  try {
    await events.publish(records.map(({ key, value }) => ({ key, value, headers })));
    hasFailed = false;
  } finally {
    const attributes = {
      'messaging.system': 'kafka',
      'messaging.destination.name': topics.calls,
      'messaging.batch.message_count': records.length,
    };
    const span = { name: `publish ${topics.calls}`, kind: 'producer', parent, attributes } as const;
    tracing.ended({ ...span, startMs, endMs: now(), hasFailed }, spanId);
  }
}
