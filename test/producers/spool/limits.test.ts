import { call, publishUsers, users } from '../sample-event.ts';
import { ScriptedTransport } from '../scripted-transport.ts';
import type { Publisher } from '../../../producers/publisher-contract.ts';
import { Place, until } from './spooled.ts';

const MIB = 1024 * 1024;
const LIMITS = { maxBytes: MIB };
let here: Place;
let kafka: ScriptedTransport;
let isAway: boolean;
beforeEach(() => {
  here = new Place();
  kafka = new ScriptedTransport();
  isAway = true;
  kafka.onSend = () => {
    if (isAway) throw new Error('the brokers are away');
  };
});
afterEach(() => here.drop());

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

const padded = (user: number): ReturnType<typeof call> =>
  call({ user_id: `u${user}`, endpoint: 'x'.repeat(2_000) });

/** Publishes until an event is rejected, at first several at once. @returns how many were taken, and the error */
async function fill(publisher: Publisher): Promise<{ taken: number; error: unknown }> {
  const isNearlyFull = (): boolean => (publisher.counters().spool?.bytes ?? 0) > MIB - 50_000;
  for (let taken = 0; ;) {
    const count = isNearlyFull() ? 1 : 20;
    const reports = Array.from({ length: count }, (_, index) => publisher.publish(padded(taken + index)));
    try {
      await Promise.all(reports);
      taken += count;
    } catch (error) {
      return { taken, error };
    }
  }
}

describe('a full spool', () => {
  it('rejects the next event, keeps within its limit, and takes events again when Kafka is back', async () => {
    const publisher = here.small(kafka, LIMITS);
    const { taken, error } = await fill(publisher);
    expect(error).toMatchObject({ code: 'SPOOL_FULL' });
    const { spool } = publisher.counters();
    expect(spool).toMatchObject({ events: taken });
    expect(spool?.bytes).toBeGreaterThan(MIB - 5_000);
    expect(spool?.bytes).toBeLessThanOrEqual(MIB);
    isAway = false;
    await publisher.ready();
    await publisher.publish(padded(taken));
    await publisher.flush();
    expect(users(kafka.taken)).toEqual(Array.from({ length: taken + 1 }, (_, user) => `u${user}`));
  });

  it('makes the next event wait, if it is told to, and takes it without a restart when Kafka is back', async () => {
    const publisher = here.small(kafka, { ...LIMITS, whenFull: 'wait' });
    const reports: Promise<string>[] = [];
    while ((publisher.counters().spool?.waiting ?? 0) < 50) {
      reports.push(publisher.publish(padded(reports.length)));
      if (reports.length % 20 === 0) await Promise.race([reports.at(-1), pause()]);
    }
    const ready = publisher.ready().then(() => 'ready');
    expect(await Promise.race([ready, reports.at(-1), Promise.resolve('neither')])).toBe('neither');
    isAway = false;
    await Promise.all([...reports, ready]);
    await publisher.flush();
    expect(publisher.counters()).toMatchObject({ rejected: 0, buffered: 0 });
  });

  it('lets events wait within the bounds of memory only', async () => {
    const publisher = here.small(kafka, { ...LIMITS, whenFull: 'wait' });
    const { reports } = publishUsers(publisher, 1);
    await Promise.all(reports);
    const outcomes: Promise<unknown>[] = [];
    let rejected = 0;
    const reject = (error: unknown): unknown => {
      rejected += 1;
      return error;
    };
    // More events wait in memory than there is room for on the disk, however slow that is.
    const isFull = (): boolean => {
      const { bytes = 0, waiting = 0 } = publisher.counters().spool ?? {};
      return rejected > 0 && (MIB - bytes) / 2_000 < 35 && waiting > 60;
    };
    for (let user = 0; !isFull(); user += 1) {
      outcomes.push(publisher.publish(padded(user)).catch(reject));
      if (user % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect(publisher.counters().buffered_bytes).toBeLessThan(2 * MIB);
    await publisher.close(0).catch(() => undefined);
    const codes = new Set((await Promise.all(outcomes)).map((outcome) => codeOf(outcome)));
    expect(codes).toEqual(new Set([undefined, 'BUFFER_FULL', 'UNDELIVERED']));
  });

  it('is never met by a loop that awaits ready()', async () => {
    isAway = false;
    const publisher = here.small(kafka, LIMITS);
    for (let user = 0; user < 2_000; user += 1) {
      await publisher.ready();
      publishUsers(publisher, 1, user);
    }
    await publisher.flush();
    expect(publisher.counters()).toMatchObject({ published: 2_000, rejected: 0 });
  });
});

describe('calls that wait for Kafka', () => {
  it('are bounded, while their events are on the disk', async () => {
    const publisher = here.publisher(kafka, { resolveWhen: 'acknowledged' }, { maxBufferedRecords: 50 });
    const { reports } = publishUsers(publisher, 50);
    await until(() => publisher.counters().buffered === 50);
    await expect(publisher.publish(call())).rejects.toMatchObject({ code: 'BUFFER_FULL' });
    isAway = false;
    await Promise.all(reports);
    await publisher.publish(call());
  });
});

const codeOf = (outcome: unknown): unknown =>
  outcome instanceof Error && 'code' in outcome ? outcome.code : undefined;
