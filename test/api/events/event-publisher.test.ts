import { EventPublisher, type RecordSink } from '../../../api/events/event-publisher.ts';
import { RecordsRejectedError } from '../../../platform/kafka/call-event-producer.ts';
import type { OutgoingRecord } from '../../../schemas/prepared-event.ts';
import { until } from '../../until.ts';

const record = (key: string, bytes = 100): OutgoingRecord => ({ key, value: Buffer.alloc(bytes) });
const keysOf = (records: readonly OutgoingRecord[]): string => records.map(({ key }) => key).join('');

/** A publisher on a sink that records the keys of each send and answers by the script. */
function publisherOn(
  send: (keys: string, attempt: number) => Promise<void>,
  { timeoutMs = 5_000, maxWaitingBytes = 1e6 } = {},
) {
  const sent: string[] = [];
  const sink: RecordSink = {
    append(records) {
      sent.push(keysOf(records));
      return send(keysOf(records), sent.length);
    },
    close: () => Promise.resolve(),
  };
  const logger = { warn: (): void => undefined };
  return { sent, publisher: new EventPublisher({ sink, logger, timeoutMs, maxWaitingBytes }) };
}
const away = (): Promise<void> => Promise.reject(new Error('Kafka is away'));
const silent = (): Promise<void> => new Promise<never>(() => undefined);

describe('the event publisher', () => {
  it('lets requests that arrive during a send share the next one, in their order', async () => {
    const { sent, publisher } = publisherOn(() => new Promise((resolve) => setTimeout(resolve, 20)));
    await Promise.all(['a', 'b', 'c'].map((key) => publisher.publish([record(key)])));
    expect(sent).toEqual(['a', 'bc']);
  });

  it('sends a large request in pieces of at most 512 KiB, and confirms it after the last', async () => {
    const { sent, publisher } = publisherOn(() => Promise.resolve());
    await publisher.publish(Array.from({ length: 20 }, () => record('a', 64_000)));
    expect(sent.map(({ length }) => length)).toEqual([8, 8, 4]);
  });

  it('repeats a failed send while the request waits', async () => {
    const { sent, publisher } = publisherOn((_, attempt) => (attempt < 3 ? away() : Promise.resolve()));
    await publisher.publish([record('a')]);
    expect(sent).toEqual(['a', 'a', 'a']);
  });

  it.each([
    ['fails', away],
    ['never answers', silent],
  ])('ends a request in time where Kafka %s', async (_, send) => {
    const { publisher } = publisherOn(send, { timeoutMs: 250 });
    const started = performance.now();
    await Promise.all(
      ['a', 'b'].map((key) =>
        expect(publisher.publish([record(key)])).rejects.toMatchObject({ code: 'UNCONFIRMED' }),
      ),
    );
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  it('takes no more than its bounds, and takes again once there is room', async () => {
    const { publisher } = publisherOn(away, { timeoutMs: 200, maxWaitingBytes: 300 });
    const first = publisher.publish([record('a', 200)]);
    await expect(publisher.publish([record('b', 200)])).rejects.toMatchObject({ code: 'TOO_MANY_WAITING' });
    await expect(first).rejects.toMatchObject({ code: 'UNCONFIRMED' });
    await until('there is room', async () => {
      const error: unknown = await publisher.publish([record('c', 200)]).catch((cause: unknown) => cause);
      return Object(error).code === 'UNCONFIRMED';
    });
  });

  it('fails only the request whose record Kafka rejects', async () => {
    const { publisher } = publisherOn(async (keys) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      if (keys.includes('x')) throw new RecordsRejectedError(new Error('too large'));
    });
    const outcomes = await Promise.allSettled(
      ['a', 'b', 'x', 'c'].map((key) => publisher.publish([record(key)])),
    );
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
  });

  it('ends everything at close()', async () => {
    const { publisher } = publisherOn(away);
    const first = publisher.publish([record('a')]);
    const [ended] = await Promise.allSettled([first, publisher.close()]);
    expect(ended).toMatchObject({ status: 'rejected', reason: { code: 'UNCONFIRMED' } });
    await expect(publisher.publish([record('b')])).rejects.toMatchObject({ code: 'UNCONFIRMED' });
  });
});
