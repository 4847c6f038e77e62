import { Type } from 'typebox';
import { readWatermark } from '../../../store/progress/watermark.ts';
import { Inserts } from '../../../consumers/write/inserts.ts';
import { LandingProgress } from '../../../consumers/fetch/landing-progress.ts';
import { ProgressWriter } from '../../../consumers/write/progress-writer.ts';
import { connectClickHouse } from '../../../platform/clickhouse/connect.ts';
import { until } from '../../../deploy/local/until.ts';
import { createLogger } from '../../../platform/logging.ts';
import { HOUR_MS, MINUTE_MS } from '../../../schemas/time-units.ts';
import { openLandingStack, PARTITIONS } from '../landing-stack.ts';

const Partition = Type.Object({ partition: Type.Integer() });

test('a partition without a report is not mistaken for landed', async () => {
  const stack = await openLandingStack('progress');
  const client = connectClickHouse(stack.settings, 'progress test');
  const inserts = new Inserts(stack.settings);
  const landing = new LandingProgress();
  const source = { topic: stack.topics.calls, progress: landing };
  const progress = new ProgressWriter(
    [source],
    stack.admin,
    inserts,
    createLogger('test', 'fatal'),
    Date.now,
  );
  try {
    // One partition has caught up; the others are still unknown.
    landing.assigned(1, [0]);
    landing.committed(1, 0, 0);
    progress.start(100);
    const rows = async () =>
      (await stack.ask(Partition, 'SELECT partition FROM landing_progress FINAL')).length;
    expect(await until(async () => (await rows()) === PARTITIONS, 20_000)).toBe(true);
    expect(await readWatermark(client, stack.topics.calls, Date.now())).toEqual({
      displayed: 0,
      confirmed: 0,
    });

    const all = Array.from({ length: PARTITIONS }, (_, partition) => partition);
    landing.assigned(2, all);
    for (const partition of all) landing.committed(2, partition, 0);
    const isCaughtUp = async () =>
      (await readWatermark(client, stack.topics.calls, Date.now())).displayed > 0;
    expect(await until(isCaughtUp, 20_000)).toBe(true);
  } finally {
    await progress.stop();
    inserts.close();
    await client.close();
    await stack.close();
  }
});

test('a clock that has jumped ahead makes no progress that is later than now', async () => {
  const stack = await openLandingStack('progress_jump');
  const client = connectClickHouse(stack.settings, 'progress test');
  const inserts = new Inserts(stack.settings);
  const landing = new LandingProgress();
  const source = { topic: stack.topics.calls, progress: landing };
  const logger = createLogger('test', 'fatal');
  const clock = { aheadMs: HOUR_MS };
  const progress = new ProgressWriter(
    [source],
    stack.admin,
    inserts,
    logger,
    () => Date.now() + clock.aheadMs,
  );
  const confirmed = async (now: number) => (await readWatermark(client, stack.topics.calls, now)).confirmed;
  try {
    const all = Array.from({ length: PARTITIONS }, (_, partition) => partition);
    landing.assigned(1, all);
    for (const partition of all) landing.committed(1, partition, 0);
    progress.start(100);
    const later = Date.now() + 2 * HOUR_MS;
    expect(await until(async () => (await confirmed(later)) > 0, 20_000)).toBe(true);
    expect(await confirmed(later)).toBeLessThan(Date.now() + MINUTE_MS);

    clock.aheadMs = 0;
    const settled = Date.now() + 1;
    expect(await until(async () => (await confirmed(later)) > settled, 20_000)).toBe(true);
  } finally {
    await progress.stop();
    inserts.close();
    await client.close();
    await stack.close();
  }
});

test('at rest every fourth tick writes, and the next one where a record arrives', async () => {
  const TICK_MS = 500;
  const stack = await openLandingStack('progress_rest');
  const inserts = new Inserts(stack.settings);
  const landing = new LandingProgress();
  const source = { topic: stack.topics.calls, progress: landing };
  const logger = createLogger('test', 'fatal');
  let now = Date.now();
  const progress = new ProgressWriter([source], stack.admin, inserts, logger, () => now);
  const intervals = jest.spyOn(globalThis, 'setInterval');
  let isAway = false;
  let writes = 0;
  const insertComputed = inserts.insertComputed.bind(inserts);
  inserts.insertComputed = async (table, columns, rows) => {
    if (isAway) throw new Error('ClickHouse restarts');
    await insertComputed(table, columns, rows);
    writes += 1;
  };
  try {
    landing.assigned(1, [0]);
    landing.committed(1, 0, 0);
    progress.start(TICK_MS);
    const [tick] = intervals.mock.calls.at(-1) ?? [];
    intervals.mockRestore();
    // From here on the test ticks.
    await progress.stop();
    /** @returns how often it wrote */
    const ticked = async (): Promise<number> => {
      const before = writes;
      now += TICK_MS;
      tick?.();
      await progress.stop();
      return writes - before;
    };
    // New partitions are announced first. The second tick shows that nothing moves.
    expect([await ticked(), await ticked()]).toEqual([2, 1]);
    expect([await ticked(), await ticked(), await ticked(), await ticked()]).toEqual([0, 0, 0, 1]);
    landing.waiting(1, 0, 0, 0);
    expect(await ticked()).toBe(1);
    // Where that write fails, the tick after it.
    isAway = true;
    landing.waiting(1, 0, 0, 0);
    expect(await ticked()).toBe(0);
    isAway = false;
    expect(await ticked()).toBe(1);
  } finally {
    await progress.stop();
    inserts.close();
    await stack.close();
  }
});
