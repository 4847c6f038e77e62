import { LandingProgress } from '../../../consumers/fetch/landing-progress.ts';
import type { LandedRange } from '../../../consumers/fetch/landed-range.ts';

const NOW_MS = 1_000_000;
const range = (
  firstOffset: number,
  lastOffset: number,
  at: [number, number] | [],
  generation = 1,
): LandedRange => ({
  topic: 'calls',
  partition: 0,
  generation,
  firstOffset,
  lastOffset,
  rows: lastOffset - firstOffset + 1,
  quarantined: 0,
  unpublished: [],
  firstAppendedAtMs: at[0],
  lastAppendedAtMs: at[1],
});

function assigned(committed?: number): LandingProgress {
  const state = new LandingProgress();
  state.assigned(1, [0]);
  if (committed !== undefined) state.committed(1, 0, committed);
  return state;
}

const progress = (state: LandingProgress, end: number) => state.report(new Map([[0, end]]), NOW_MS)[0];

describe('a partition has landed', () => {
  it('until now if it has caught up', () => {
    expect(progress(assigned(7), 7)).toEqual({
      partition: 0,
      nextOffset: 7,
      endOffset: 7,
      watermarkMs: NOW_MS,
    });
  });

  it('until the append time of the oldest record that was taken but has not landed', () => {
    const state = assigned(7);
    const [first, second] = [range(7, 8, [500, 600]), range(9, 9, [700, 700])];
    state.taken(first);
    state.taken(second);
    expect(progress(state, 10)).toMatchObject({ nextOffset: 7, watermarkMs: 500 });
    state.landed(first);
    expect(progress(state, 10)).toMatchObject({ nextOffset: 9, watermarkMs: 700 });
    state.landed(second);
    expect(progress(state, 10)).toMatchObject({ nextOffset: 10, watermarkMs: NOW_MS });
  });

  it('until the append time of the last landed record if the rest is not fetched yet', () => {
    const state = assigned(7);
    const only = range(7, 8, [500, 600]);
    state.taken(only);
    state.landed(only);
    expect(progress(state, 100)).toMatchObject({ nextOffset: 9, watermarkMs: 600 });
  });

  it('until the append time of the record that waits for its schema, once all before it have landed', () => {
    const state = assigned(7);
    const before = range(7, 8, [500, 600]);
    state.taken(before);
    state.waiting(1, 0, 9, 900);
    expect(progress(state, 20)).toMatchObject({ nextOffset: 7, watermarkMs: 500 });
    state.landed(before);
    expect(progress(state, 20)).toMatchObject({ nextOffset: 9, watermarkMs: 900 });
    state.landed(range(9, 9, [900, 900]));
    expect(progress(state, 20)).toMatchObject({ nextOffset: 10, watermarkMs: 900 });
    const after = range(10, 19, [950, 960]);
    state.taken(after);
    expect(progress(state, 20)).toMatchObject({ nextOffset: 10, watermarkMs: 950 });
  });

  it('until an unknown time before the first fetch of a log that is ahead: it is not reported', () => {
    expect(progress(assigned(7), 8)).toBeUndefined();
    expect(progress(assigned(), 0)).toBeUndefined();
  });

  it('over control records, which have no event and no append time', () => {
    const state = assigned(7);
    const control = range(7, 7, []);
    state.taken(control);
    expect(progress(state, 8)).toBeUndefined();
    state.landed(control);
    expect(progress(state, 8)).toMatchObject({ nextOffset: 8, watermarkMs: NOW_MS });
  });

  it('no less far when control records arrive after the batch behind them', () => {
    const state = assigned(7);
    const [behind, control] = [range(8, 9, [500, 600]), range(7, 7, [])];
    for (const each of [behind, control]) state.taken(each);
    for (const each of [behind, control]) state.landed(each);
    expect(progress(state, 10)).toMatchObject({ nextOffset: 10, watermarkMs: NOW_MS });
  });

  it('never later than the moment of the observation', () => {
    const state = assigned(0);
    state.taken(range(0, 0, [NOW_MS + 50, NOW_MS + 50]));
    expect(progress(state, 1)?.watermarkMs).toBe(NOW_MS);
  });
});

describe('after the partitions were reassigned', () => {
  it('earlier taken records are ignored: they are delivered again from the committed offset', () => {
    const state = assigned(0);
    const before = range(0, 9, [500, 600]);
    state.taken(before);
    state.assigned(2, [0, 1]);
    state.landed(before);
    state.committed(1, 0, 99);
    expect(progress(state, 10)).toBeUndefined();
    state.committed(2, 0, 4);
    const again = range(4, 9, [550, 600], 2);
    state.taken(again);
    expect(progress(state, 10)).toMatchObject({ nextOffset: 4, watermarkMs: 550 });
  });

  it('a lost partition is no longer reported', () => {
    const state = assigned(7);
    state.assigned(2, [1]);
    expect(progress(state, 7)).toBeUndefined();
  });

  it('a committed offset that arrives late does not move the progress back', () => {
    const state = assigned();
    const first = range(7, 8, [500, 600]);
    state.taken(first);
    state.landed(first);
    state.committed(1, 0, 7);
    expect(progress(state, 9)).toMatchObject({ nextOffset: 9, watermarkMs: NOW_MS });
  });
});
