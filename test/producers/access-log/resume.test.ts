import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readRecord, type ReplayRecord } from '../../../producers/access-log/record.ts';
import { until } from '../../until.ts';
import { ScriptedTransport } from '../scripted-transport.ts';
import { lineOf, logOf, ReplayBench } from './replay-bench.ts';
import { DAY_MS } from '../../../schemas/time-units.ts';

let bench: ReplayBench;
beforeEach(() => (bench = new ReplayBench()));
afterEach(() => bench.remove());

const CALLS = 2_500;
const REPETITIONS = 2;

/** Every id of an undisturbed replay of the same log to the same anchor. */
async function allIds(): Promise<Set<string>> {
  const { transport } = bench;
  bench.transport = new ScriptedTransport();
  await bench.run({ repetitions: REPETITIONS, destination: 'undisturbed/api-calls' });
  const ids = new Set(bench.ids);
  bench.transport = transport;
  return ids;
}

async function record(): Promise<ReplayRecord> {
  const [name] = readdirSync(join(bench.dataDir, 'replay'));
  const found = await readRecord(join(bench.dataDir, 'replay', String(name)));
  if (!found) throw new Error('the record is missing');
  return found;
}

/** Ends the run in the middle: the log takes so many events and then no more. */
function failAfter(events: number, stop: AbortController): void {
  bench.transport.onSend = () => {
    if (bench.transport.taken.length < events) return undefined;
    stop.abort();
    throw new Error('the broker is away');
  };
}

describe('an interrupted replay', () => {
  it.each([0, 2_000, CALLS - 1, CALLS + 2_000, 2 * CALLS - 1_000])(
    'after %i events continues after the last line that is known to be acknowledged',
    async (events) => {
      bench.write(logOf(CALLS));
      const stop = new AbortController();
      failAfter(events, stop);
      await expect(bench.run({ repetitions: REPETITIONS, signal: stop.signal })).rejects.toMatchObject({
        code: 'REPLAY_INTERRUPTED',
      });
      const { progress, summary: none } = await record();
      const taken = bench.transport.taken.length;
      expect(none).toBeNull();
      expect(progress.published).toBeLessThanOrEqual(taken);

      bench.transport.onSend = () => undefined;
      const { summary } = await bench.run({ repetitions: REPETITIONS });
      expect(bench.transport.taken.length - taken).toBe(REPETITIONS * CALLS - progress.published);
      expect(summary).toMatchObject({
        events_published: REPETITIONS * CALLS,
        events_published_before: progress.published,
      });
      const expected = await allIds();
      expect(new Set(bench.ids)).toEqual(expected);
      expect(expected.size).toBe(REPETITIONS * CALLS);
    },
    30_000,
  );

  it('has recorded its acknowledged events, however it ends: all but a batch of 2,000 lines', async () => {
    bench.write(logOf(6_000));
    const recorded: number[] = [];
    bench.transport.onSend = async () => {
      const taken = bench.transport.taken.length;
      // What kill -9 would leave now, or a moment later.
      await until('the record has all but a batch', async () => {
        const { progress } = await record();
        return taken - progress.published < 2_000;
      });
      recorded.push((await record()).progress.published);
    };
    await bench.run();
    expect(recorded.at(-1)).toBeGreaterThanOrEqual(2_000);
  });
});

describe('an interrupted replay that is taken up days later', () => {
  const END_MS = Date.UTC(2015, 4, 20, 12);

  it('continues if the rest would be accepted, however old its published events are now', async () => {
    bench.write(logOf(CALLS));
    await interruptedAfter(CALLS + 2_000, REPETITIONS);
    bench.nowMs += 34.5 * DAY_MS;
    expect((await bench.run({ repetitions: REPETITIONS })).summary).toMatchObject({
      events_published: REPETITIONS * CALLS,
    });
  });

  it('checks only the rest of the interrupted repetition', async () => {
    bench.write(lineOf('old', END_MS - 2 * DAY_MS).repeat(2_000) + lineOf('young', END_MS).repeat(500));
    await interruptedAfter(2_000, 1);
    bench.nowMs += 34 * DAY_MS;
    expect((await bench.run()).summary).toMatchObject({ events_published: CALLS });
  });

  it('says what to do if the rest is too old, which is not to give --shift-to-now', async () => {
    bench.write(logOf(CALLS));
    await interruptedAfter(2_000, REPETITIONS);
    bench.nowMs += 34.5 * DAY_MS;
    const attempts = bench.transport.attempts.length;
    const remedy = /nothing more was published(?!.*--shift-to-now).*LATENESS_LIMIT_MS.*new DATA_DIR/s;
    await expect(bench.run({ repetitions: REPETITIONS })).rejects.toThrow(remedy);
    expect(bench.transport.attempts).toHaveLength(attempts);
  });
});

async function interruptedAfter(events: number, repetitions: number): Promise<void> {
  const stop = new AbortController();
  failAfter(events, stop);
  await expect(bench.run({ repetitions, signal: stop.signal })).rejects.toThrow('interrupted');
  bench.transport.onSend = () => undefined;
}
