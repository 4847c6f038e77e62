import { Commits } from '../../../consumers/fetch/commits.ts';
import { newCounters } from '../../../consumers/counters.ts';
import { createLogger } from '../../../platform/logging.ts';
import { until } from '../../until.ts';
import type { LandedRange } from '../../../consumers/fetch/landed-range.ts';

const range = (partition: number, lastOffset: number, generation = 1): LandedRange => ({
  topic: 'calls',
  partition,
  generation,
  firstOffset: 0,
  lastOffset,
  rows: 1,
  quarantined: 0,
  firstAppendedAtMs: undefined,
  lastAppendedAtMs: undefined,
});

/** A group that takes commits, or refuses them while told to. */
class Group {
  generation = 1;
  assigned: readonly number[] = [0, 1];
  isRefusing = false;
  readonly commits: [number, number][][] = [];
  commit(next: ReadonlyMap<number, number>): Promise<void> {
    if (this.isRefusing) return Promise.reject(new Error('The group is rebalancing'));
    this.commits.push([...next]);
    return Promise.resolve();
  }
}

let group: Group;
let commits: Commits;
const counters = newCounters();
beforeEach(() => {
  group = new Group();
  commits = new Commits(group, counters, createLogger('test', 'silent'));
});

describe('a commit', () => {
  it('is of the offset behind the last landed record of each partition', async () => {
    await commits.commit([range(0, 9), range(1, 4), range(0, 19)]);
    expect(group.commits).toEqual([
      [
        [0, 20],
        [1, 5],
      ],
    ]);
  });

  it('never goes backwards', async () => {
    await commits.commit([range(0, 19)]);
    await commits.commit([range(0, 9)]);
    expect(group.commits).toEqual([[[0, 20]]]);
  });

  it('that was refused is made up for with the next one', async () => {
    group.isRefusing = true;
    await commits.commit([range(0, 9), range(1, 4)]);
    expect(counters.failedCommits).toBe(1);
    group.isRefusing = false;
    await commits.commit([range(0, 19)]);
    await commits.commit();
    expect(group.commits).toEqual([
      [
        [0, 20],
        [1, 5],
      ],
    ]);
  });

  it('that was refused is made up for at rest too', async () => {
    group.isRefusing = true;
    await commits.commit([range(0, 9)]);
    group.isRefusing = false;
    await until('a commit', () => group.commits.length > 0);
    expect(group.commits).toEqual([[[0, 10]]]);
  });

  it('is not made for what was fetched under an earlier assignment, nor for partitions of others', async () => {
    group.isRefusing = true;
    await commits.commit([range(0, 9)]);
    group.isRefusing = false;
    group.generation = 2;
    group.assigned = [1];
    await commits.commit([range(0, 19), range(0, 19, 2), range(1, 4, 2)]);
    expect(group.commits).toEqual([[[1, 5]]]);
  });
});
