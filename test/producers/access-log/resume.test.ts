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
const LAPS = 2;

/** Every id of an undisturbed replay of the same log to the same anchor. */
async function allIds(): Promise<Set<string>> {
  const { transport } = bench;
  bench.transport = new ScriptedTransport();
  await bench.run({ laps: LAPS, destination: 'undisturbed/api-calls' });
  const ids = new Set(bench.ids);
  bench.transport = transport;
  return ids;
}

async function record(): Promise<ReplayRecord> {
  const [name] = readdirSync(join(bench.dataDir, 'replay'));
  const found = await readRecord(join(bench.dataDir, 'replay', String(name)));
  if (!found) throw new Error('there is no record');
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
    'after %i events goes on behind the last line that is known to be acknowledged',
    async (events) => {
      bench.write(logOf(CALLS));
      const stop = new AbortController();
      failAfter(events, stop);
      await expect(bench.run({ laps: LAPS, signal: stop.signal })).rejects.toMatchObject({
        code: 'REPLAY_INTERRUPTED',
      });
      const { progress, summary: none } = await record();
      const taken = bench.transport.taken.length;
      expect(none).toBeNull();
      expect(progress.published).toBeLessThanOrEqual(taken);

      bench.transport.onSend = () => undefined;
      const { summary } = await bench.run({ laps: LAPS });
      expect(bench.transport.taken.length - taken).toBe(LAPS * CALLS - progress.published);
      expect(summary).toMatchObject({
        events_published: LAPS * CALLS,
        events_published_before: progress.published,
      });
      const expected = await allIds();
      expect(new Set(bench.ids)).toEqual(expected);
      expect(expected.size).toBe(LAPS * CALLS);
    },
    30_000,
  );

  it('has on disk what was acknowledged, however it ends: all but a batch of 2,000 lines', async () => {
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

  it('goes on where what is left would be accepted, however old what it published is now', async () => {
    bench.write(logOf(CALLS));
    await interruptedAfter(CALLS + 2_000, LAPS);
    bench.nowMs += 34.5 * DAY_MS;
    expect((await bench.run({ laps: LAPS })).summary).toMatchObject({ events_published: LAPS * CALLS });
  });

  it('looks at the rest of the interrupted lap alone', async () => {
    bench.write(lineOf('old', END_MS - 2 * DAY_MS).repeat(2_000) + lineOf('young', END_MS).repeat(500));
    await interruptedAfter(2_000, 1);
    bench.nowMs += 34 * DAY_MS;
    expect((await bench.run()).summary).toMatchObject({ events_published: CALLS });
  });

  it('says what to do where the rest is too old, which is not to give --shift-to-now', async () => {
    bench.write(logOf(CALLS));
    await interruptedAfter(2_000, LAPS);
    bench.nowMs += 34.5 * DAY_MS;
    const attempts = bench.transport.attempts.length;
    const remedy = /nothing more was published(?!.*--shift-to-now).*LATENESS_LIMIT_MS.*new DATA_DIR/s;
    await expect(bench.run({ laps: LAPS })).rejects.toThrow(remedy);
    expect(bench.transport.attempts).toHaveLength(attempts);
  });
});

async function interruptedAfter(events: number, laps: number): Promise<void> {
  const stop = new AbortController();
  failAfter(events, stop);
  await expect(bench.run({ laps, signal: stop.signal })).rejects.toThrow('interrupted');
  bench.transport.onSend = () => undefined;
}
