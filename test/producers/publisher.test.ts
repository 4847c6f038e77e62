import { parseEventId } from '../../schemas/event-id.ts';
import { EventRejectedError, RecordRejectedError } from '../../producers/errors.ts';
import type { Publisher } from '../../producers/publisher-contract.ts';
import { createPublisher, type PublisherOptions } from '../../producers/publisher.ts';
import type { PublisherTracer } from '../../producers/tracer.ts';
import { InvalidRecordsError } from '../../producers/transport.ts';
import { call, countingBytes, NOW_MS, publishUsers, users } from './sample-event.ts';
import { gate, ScriptedTransport } from './scripted-transport.ts';

let transport: ScriptedTransport;
beforeEach(() => (transport = new ScriptedTransport()));

function publisherWith(options: Partial<PublisherOptions> = {}): Publisher {
  return createPublisher({ transport, now: () => NOW_MS, random: countingBytes(), ...options });
}

describe('publishing', () => {
  it('reports an event as published when the log has it, not before', async () => {
    const held = gate();
    transport.onSend = () => held.passed;
    const publisher = publisherWith();
    let reported = '';
    const report = publisher.publish(call()).then((id) => (reported = id));
    const flushed = publisher.flush();
    await Promise.resolve();
    expect([reported, publisher.counters().published]).toEqual(['', 0]);
    held.open();
    await report;
    await flushed;
    expect(reported).toBe(transport.taken[0]?.event_id);
    expect(parseEventId(reported)).toBeDefined();
  });

  it('makes one batch of what is published at once', async () => {
    const publisher = publisherWith();
    publishUsers(publisher, 100);
    await publisher.flush();
    expect(transport.attempts.map((batch) => batch.length)).toEqual([100]);
  });

  it('keeps batches within their records and bytes', async () => {
    const byRecords = publisherWith({ maxBatchRecords: 7 });
    publishUsers(byRecords, 20);
    await byRecords.flush();
    expect(transport.attempts.map((batch) => batch.length)).toEqual([7, 7, 6]);

    transport = new ScriptedTransport();
    const byBytes = publisherWith({ maxBatchBytes: 1 });
    publishUsers(byBytes, 3);
    await byBytes.flush();
    expect(transport.attempts.map((batch) => batch.length)).toEqual([1, 1, 1]);
  });

  it('sends a lone event after the linger time, without a flush', async () => {
    const publisher = publisherWith({ lingerMs: 1 });
    await publisher.publish(call());
    expect(transport.taken).toHaveLength(1);
  });

  it('keeps the order of the calls over batches and failures, with one batch in flight', async () => {
    transport.onSend = (_, attempt) => {
      if (attempt % 2 === 1) throw new Error('the broker is away');
    };
    const publisher = publisherWith({ maxBatchRecords: 3 });
    publishUsers(publisher, 8);
    await publisher.flush();
    expect(users(transport.taken)).toEqual(['u0', 'u1', 'u2', 'u3', 'u4', 'u5', 'u6', 'u7']);
    expect(transport.maxInFlight).toBe(1);
  });

  it('retries under the same id until the log takes the event', async () => {
    transport.onSend = (_, attempt) => {
      if (attempt < 4) throw new Error('the broker is away');
    };
    const publisher = publisherWith();
    const id = await publisher.publish(call());
    expect(transport.attempts.map(([event]) => event?.event_id)).toEqual([id, id, id, id]);
  });

  it('rejects an invalid event, and sends the others', async () => {
    const publisher = publisherWith();
    await expect(publisher.publish(call({ org_id: '' }))).rejects.toMatchObject({
      code: 'EVENT_REJECTED',
      reason: 'org-id',
    });
    await expect(publisher.publish(call({ method: 'x'.repeat(70_000) }))).rejects.toBeInstanceOf(
      EventRejectedError,
    );
    await publisher.publish(call());
    expect(publisher.counters()).toMatchObject({ accepted: 1, published: 1, rejected: 2 });
  });

  it('copies the event when it is published: changing the object later has no effect', async () => {
    const publisher = publisherWith();
    const event = call({ credits: 3 });
    const report = publisher.publish(event);
    event.credits = 4;
    await report;
    expect(transport.taken[0]?.credits).toBe(3);
  });
});

describe('records that the log can never take', () => {
  it('fail alone: the others of their batch are published, in order', async () => {
    transport.onSend = (batch) => {
      if (batch.some(({ user_id }) => user_id === 'u2' || user_id === 'u9')) {
        throw new InvalidRecordsError(new Error('too large'));
      }
    };
    const publisher = publisherWith();
    const { reports } = publishUsers(publisher, 10);
    await publisher.flush();
    await expect(reports[2]).rejects.toBeInstanceOf(RecordRejectedError);
    await expect(reports[9]).rejects.toBeInstanceOf(RecordRejectedError);
    expect(users(transport.taken)).toEqual(['u0', 'u1', 'u3', 'u4', 'u5', 'u6', 'u7', 'u8']);
    expect(publisher.counters()).toMatchObject({ published: 8, failed: 2, buffered: 0, buffered_bytes: 0 });
  });
});

describe('flush', () => {
  it('waits for what was published before it, not for what comes after', async () => {
    const second = gate();
    transport.onSend = (_, attempt) => (attempt === 1 ? undefined : second.passed);
    const publisher = publisherWith({ maxBatchRecords: 2 });
    publishUsers(publisher, 2);
    const flushed = publisher.flush();
    publishUsers(publisher, 2, 2);
    await flushed;
    expect(publisher.counters()).toMatchObject({ published: 2, buffered: 2 });
    second.open();
    await publisher.flush();
    expect(publisher.counters().published).toBe(4);
  });

  it('of nothing is done at once', async () => {
    await publisherWith().flush();
    expect(transport.attempts).toHaveLength(0);
  });
});

/** A tracer that keeps what it is given. */
function recordingTracer(traceFlags: number) {
  const spans: string[] = [];
  const tracer: PublisherTracer = {
    startSpan: (name) => {
      spans.push(`begin ${name}`);
      return {
        spanContext: () => ({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags }),
        setStatus: ({ message }) => spans.push(`error ${message}`),
        end: () => spans.push('end'),
      };
    },
  };
  return { spans, tracer };
}
const headersOf = () => transport.records.map(({ headers }) => headers);

describe('a publisher with a tracer', () => {
  it('puts each publish of a sampled trace into a span, and the trace into its record', async () => {
    const { spans, tracer } = recordingTracer(1);
    await publisherWith({ tracer }).publish(call());
    expect(spans).toEqual(['begin publish api call', 'end']);
    expect(headersOf()).toEqual([{ traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` }]);
  });

  it('leaves the records of other traces as they are', async () => {
    const { spans, tracer } = recordingTracer(0);
    await publisherWith({ tracer }).publish(call());
    expect(spans).toEqual(['begin publish api call', 'end']);
    expect(headersOf()).toEqual([undefined]);
  });

  it('ends the span of an event that Kafka rejects with its error', async () => {
    const { spans, tracer } = recordingTracer(1);
    transport.onSend = () => Promise.reject(new InvalidRecordsError(new Error('too large')));
    await expect(publisherWith({ tracer }).publish(call())).rejects.toThrow(RecordRejectedError);
    expect(spans).toEqual(['begin publish api call', expect.stringContaining('too large'), 'end']);
  });
});
