import type { LandedRange } from '../../../consumers/fetch/landed-range.ts';
import { RangeRecorder } from '../../../consumers/write/range-recorder.ts';
import { until } from '../../until.ts';

const NONE: Pick<LandedRange, 'topic' | 'generation' | 'firstAppendedAtMs' | 'lastAppendedAtMs'> = {
  topic: 'calls',
  generation: 1,
  firstAppendedAtMs: 500,
  lastAppendedAtMs: 600,
};
const range = (partition: number, firstOffset: number, lastOffset: number): LandedRange => ({
  ...NONE,
  partition,
  firstOffset,
  lastOffset,
  rows: lastOffset - firstOffset,
  quarantined: 1,
  unpublished: [],
});

const offsets = (ranges: readonly LandedRange[]): string =>
  ranges.map((each) => `${each.partition}: ${each.firstOffset} to ${each.lastOffset}`).join(', ');

/** A recorder whose clock stands still until it is set; `block` keeps its recordings from ending. */
function opened() {
  const steps: string[] = [];
  const failures: unknown[] = [];
  let nowMs = 0;
  let gate = Promise.withResolvers<void>();
  gate.resolve();
  const recorder = new RangeRecorder(
    {
      inserts: {
        insertRows: async (table, rows) => {
          steps.push(`${table} ${JSON.stringify(rows)}`);
          await gate.promise;
        },
      },
      retryUntilSuccess: (_, step) => step(),
      commit: async (ranges) => void steps.push(`commit ${offsets(ranges)}`),
    },
    (error) => failures.push(error),
    () => nowMs,
  );
  return {
    recorder,
    steps,
    failures,
    setClock: (ms: number) => (nowMs = ms),
    block: () => (gate = Promise.withResolvers<void>()),
  };
}

const commitsOf = (steps: readonly string[]): string[] => steps.filter((step) => step.startsWith('commit'));

describe('the recorder of landed ranges', () => {
  it('records and commits the first ranges after a rest at once', async () => {
    const { recorder, steps } = opened();
    await recorder.add([range(0, 0, 9)]);
    await until('they are committed', () => commitsOf(steps).length === 1);
    expect(steps[0]).toMatch(/^landed_ranges .*"first_offset":0,"last_offset":9,"rows":9,"quarantined":1/);
  });

  it('records those of the following second together, one row for what lies together', async () => {
    const { recorder, steps } = opened();
    await recorder.add([range(0, 0, 9)]);
    for (const next of [range(0, 10, 19), range(1, 5, 6), range(0, 20, 29), range(0, 40, 49)])
      await recorder.add([next]);
    await until('all are committed', () => commitsOf(steps).length === 2);
    expect(commitsOf(steps)[1]).toBe('commit 0: 10 to 19, 1: 5 to 6, 0: 20 to 29, 0: 40 to 49');
    expect(JSON.parse((steps[2] ?? '').replace('landed_ranges ', ''))).toEqual([
      expect.objectContaining({ partition: 0, first_offset: 10, last_offset: 29, rows: 18, quarantined: 2 }),
      expect.objectContaining({ partition: 1, first_offset: 5, last_offset: 6, rows: 1, quarantined: 1 }),
      expect.objectContaining({ partition: 0, first_offset: 40, last_offset: 49, rows: 9, quarantined: 1 }),
    ]);
  });

  it('lets landings go on while it records, but waits when the next recording is due too', async () => {
    const { recorder, setClock, block, steps } = opened();
    const { resolve } = block();
    await recorder.add([range(0, 0, 9)]);
    await recorder.add([range(0, 10, 19)]);
    setClock(1_500);
    let isAdded = false;
    const added = recorder.add([range(0, 20, 29)]).then(() => (isAdded = true));
    await new Promise((next) => setImmediate(next));
    expect(isAdded).toBe(false);
    resolve();
    await added;
    await recorder.flush();
    expect(commitsOf(steps)).toEqual(['commit 0: 0 to 9', 'commit 0: 10 to 19, 0: 20 to 29']);
  });

  it('records what came during a recording of more than a second, also when no landing follows', async () => {
    const { recorder, setClock, block, steps } = opened();
    const { resolve } = block();
    await recorder.add([range(0, 0, 9)]);
    setClock(990);
    await recorder.add([range(0, 10, 19)]);
    // The second is over, and the recording is not.
    await new Promise((next) => setTimeout(next, 50));
    setClock(1_500);
    resolve();
    await until('both are committed', () => commitsOf(steps).length === 2);
    expect(commitsOf(steps)).toEqual(['commit 0: 0 to 9', 'commit 0: 10 to 19']);
  });

  it('records everything when it is flushed, without waiting for the second to pass', async () => {
    const { recorder, steps } = opened();
    await recorder.add([range(0, 0, 9)]);
    await recorder.add([range(0, 10, 19)]);
    await recorder.flush();
    expect(commitsOf(steps)).toHaveLength(2);
  });

  it('hands over the error when the process gives up, and commits nothing', async () => {
    const { recorder, steps, failures, block } = opened();
    const { reject } = block();
    await recorder.add([range(0, 0, 9)]);
    reject(new Error('gave up'));
    await recorder.flush();
    expect(failures).toEqual([new Error('gave up')]);
    expect(commitsOf(steps)).toEqual([]);
  });
});
