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
  unpublished: [],
  firstAppendedAtMs: undefined,
  lastAppendedAtMs: undefined,
});

/** A group that accepts commits, or rejects them while `isRejecting`. */
class Group {
  generation = 1;
  assigned: readonly number[] = [0, 1];
  isRejecting = false;
  readonly commits: [number, number][][] = [];
  readonly attemptsAtMs: number[] = [];
  commit(next: ReadonlyMap<number, number>): Promise<void> {
    this.attemptsAtMs.push(performance.now());
    if (this.isRejecting) return Promise.reject(new Error('The group is rebalancing'));
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
  it('is of the offset after the last landed record of each partition', async () => {
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

  it('that failed is included in the next one', async () => {
    group.isRejecting = true;
    await commits.commit([range(0, 9), range(1, 4)]);
    expect(counters.failedCommits).toBe(1);
    group.isRejecting = false;
    await commits.commit([range(0, 19)]);
    await commits.commit();
    expect(group.commits).toEqual([
      [
        [0, 20],
        [1, 5],
      ],
    ]);
  });

  it('that failed is retried at rest too', async () => {
    group.isRejecting = true;
    await commits.commit([range(0, 9)]);
    group.isRejecting = false;
    await until('a commit', () => group.commits.length > 0);
    expect(group.commits).toEqual([[[0, 10]]]);
  });

  it('that fails is retried by one timer with growing pauses, however many have failed', async () => {
    const firstPauseMs = 20;
    const failing = 15;
    commits = new Commits(group, newCounters(), createLogger('test', 'silent'), firstPauseMs);
    group.isRejecting = true;
    for (let offset = 0; offset < failing; offset += 1) await commits.commit([range(0, offset)]);
    expect(group.attemptsAtMs).toHaveLength(failing);

    await until('three retries', () => group.attemptsAtMs.length >= failing + 3);
    const [first = 0, second = 0, third = 0] = group.attemptsAtMs.slice(failing);
    // A timer may fire a millisecond early.
    expect(second - first).toBeGreaterThan(2 * firstPauseMs - 2);
    expect(third - second).toBeGreaterThan(4 * firstPauseMs - 2);

    group.isRejecting = false;
    await until('a commit', () => group.commits.length > 0);
    await commits.commit([range(0, failing)]);
    expect(group.commits).toEqual([[[0, failing]], [[0, failing + 1]]]);
  });

  it('leaves out records fetched under an earlier assignment, and partitions of other members', async () => {
    group.isRejecting = true;
    await commits.commit([range(0, 9)]);
    group.isRejecting = false;
    group.generation = 2;
    group.assigned = [1];
    await commits.commit([range(0, 19), range(0, 19, 2), range(1, 4, 2)]);
    expect(group.commits).toEqual([[[1, 5]]]);
  });
});
