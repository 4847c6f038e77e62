import { newCounters } from '../../../consumers/counters.ts';
import type { LandedRange } from '../../../consumers/fetch/landed-range.ts';
import { FailingSteps } from '../../../consumers/failing-steps.ts';
import { createRetry } from '../../../consumers/retry.ts';
import type { DeadLetter } from '../../../consumers/write/dead-letters.ts';
import { landInOrder, type Landing } from '../../../consumers/write/landing-order.ts';
import { recordAtOnce } from '../../../consumers/write/range-recorder.ts';
import type { LandedReplay } from '../../../consumers/write/replays.ts';
import { createLogger } from '../../../platform/logging.ts';

const range: LandedRange = {
  topic: 'calls',
  partition: 3,
  generation: 1,
  firstOffset: 10,
  lastOffset: 19,
  rows: 9,
  quarantined: 1,
  unpublished: [],
  firstAppendedAtMs: 500,
  lastAppendedAtMs: 600,
};
const deadLetter: DeadLetter = {
  topic: 'calls',
  partition: 3,
  offset: 12,
  appendedAtMs: 500,
  key: null,
  value: null,
  reason: 'not-an-event',
  detail: 'a null value',
  orgId: '',
};

const replay: LandedReplay = {
  of: { topic: 'calls', partition: 0, offset: 3 },
  replay: 'first',
  topic: 'calls',
  partition: 3,
  offset: 12,
  reason: 'not-an-event',
  appendedAtMs: 500,
};

/** Lands with steps that write down when they start and end; `failing` fails at its first attempt. */
async function stepsOf(
  deadLetters: readonly DeadLetter[],
  failing?: string,
  replays: readonly LandedReplay[] = [],
): Promise<string[]> {
  const steps: string[] = [];
  let hasFailed = false;
  const step = async (name: string): Promise<void> => {
    steps.push(name);
    await new Promise((resolve) => setImmediate(resolve));
    if (name === failing && !hasFailed) {
      hasFailed = true;
      throw new Error('the server is away');
    }
    steps.push(`${name} done`);
  };
  const landing: Landing = {
    rowsName: 'events',
    insertRows: () => step('rows'),
    deadLetters,
    replays,
    ranges: [range],
  };
  const retryUntilSuccess = createRetry(
    createLogger('test', 'silent'),
    newCounters(),
    new FailingSteps(Date.now),
    new AbortController().signal,
  );
  const land = landInOrder({
    quarantine: {
      publish: () => step('publish'),
      record: () => step('record'),
      recordReplays: () => step('replays'),
    },
    retryUntilSuccess,
    onLanded: () => void steps.push('landed'),
    record: recordAtOnce({
      inserts: { insertRows: (table) => step(table) },
      retryUntilSuccess,
      commit: () => step('commit'),
    }),
  });
  await land(landing);
  return steps;
}

describe('the order of landing', () => {
  it('is rows and dead letters, then the landed ranges, then the commit', async () => {
    const steps = await stepsOf([deadLetter]);
    const end = ['landed', 'landed_ranges', 'landed_ranges done', 'commit', 'commit done'];
    expect(steps.slice(-5)).toEqual(end);
    expect(steps.slice(0, -5).toSorted()).toEqual(
      ['rows', 'rows done', 'publish', 'publish done', 'record', 'record done'].toSorted(),
    );
    expect(steps.indexOf('publish done')).toBeLessThan(steps.indexOf('record'));
  });

  it('has no step for dead letters if there are none', async () => {
    expect(await stepsOf([])).toEqual([
      'rows',
      'rows done',
      'landed',
      'landed_ranges',
      'landed_ranges done',
      'commit',
      'commit done',
    ]);
  });

  it('has what became of a replay behind its row or its dead letter, and before the landed range', async () => {
    const steps = await stepsOf([deadLetter], 'replays', [replay]);
    const recorded = steps.indexOf('replays done');
    for (const before of ['rows done', 'record done']) expect(steps.indexOf(before)).toBeLessThan(recorded);
    expect(steps.indexOf('landed_ranges')).toBeGreaterThan(recorded);
  });

  it.each(['rows', 'publish', 'record', 'landed_ranges'])(
    'is kept when the step %s fails: it alone is retried, and later steps wait',
    async (failing) => {
      const steps = await stepsOf([deadLetter], failing);
      expect(steps.filter((name) => name === failing)).toHaveLength(2);
      for (const other of ['rows', 'publish', 'record', 'landed_ranges', 'commit']) {
        expect(steps.filter((name) => name === `${other} done`)).toHaveLength(1);
      }
      const ranges = steps.indexOf('landed_ranges');
      for (const before of ['rows done', 'record done']) {
        expect(steps.indexOf(before)).toBeLessThan(ranges);
      }
      expect(steps.indexOf('landed_ranges done')).toBeLessThan(steps.indexOf('commit'));
    },
  );
});
