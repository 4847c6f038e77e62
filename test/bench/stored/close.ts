import { count } from '../../../cli/table.ts';
import { connectClickHouse } from '../../../platform/clickhouse/connect.ts';
import { HOUR_MS } from '../../../schemas/time-units.ts';
import { topicNames } from '../../../schemas/topics.ts';
import { readProgress } from '../../../store/progress/aggregator-progress.ts';
import { sealAll } from '../../api/sealing.ts';
import { callEvent, insertEvents } from '../../api/tables.ts';
import type { Benchmark } from '../benchmark.ts';
import { plan, type Places } from '../plan.ts';
import { chargesBenchmarks } from './charges-read.ts';
import { dayBefore, reopenDay, startClosing } from './close-day.ts';
import { lastHour, type HistorySize } from './history.ts';
import { landOlderRevisions, storeOlderRevisions } from './older-revisions.ts';
import { sharedHistory } from './shared-history.ts';
import { HISTORY_SIZES } from './sizes.ts';
import { startStack } from './stack.ts';
import { timed } from './timed.ts';

interface CloseSize {
  readonly history: HistorySize;
  /** Stored before, of other days. */
  readonly revisions: number;
  /** Days that are closed again in a round, one after the other. */
  readonly steps: number;
  /** Pages, and days, that are read in a round. */
  readonly reads: number;
  readonly warmUps: number;
  readonly rounds: number;
}

const SECONDS = 'time to close';

/** Closing days by the aggregator's code through Kafka, and reading the charges through HTTP from an API process. */
export const close = plan<CloseSize>(
  {
    full: { history: HISTORY_SIZES.full, revisions: 5_000_000, steps: 20, reads: 30, warmUps: 20, rounds: 3 },
    small: { history: HISTORY_SIZES.small, revisions: 500_000, steps: 10, reads: 10, warmUps: 5, rounds: 2 },
    tiny: { history: HISTORY_SIZES.tiny, revisions: 200, steps: 2, reads: 2, warmUps: 1, rounds: 1 },
  },
  closeBenchmarks,
);

async function closeBenchmarks(places: Places, size: CloseSize): Promise<readonly Benchmark[]> {
  const { revisions, steps, rounds } = size;
  const { namespace, history } = await sharedHistory(places, size.history);
  const client = connectClickHouse(namespace, 'bench', { requestTimeoutMs: 300_000 });
  places.progress(`close: storing ${count(revisions)} revisions`);
  await storeOlderRevisions(client, history.orgs, revisions);
  const stack = await startStack(namespace, ['consumer', 'api']);
  const closing = await startClosing(namespace);
  const writers = {
    aggregator: closing.pid,
    consumer: stack.pidOf('consumer'),
    ClickHouse: places.clickhousePid,
    Kafka: places.kafkaPid,
  };
  const alone = { others: [], rounds, close: () => Promise.resolve() };
  const stored = `with ${count(revisions)} revisions stored`;
  const yesterday = dayBefore(history.end, 1);

  const ofADay: Benchmark = {
    ...alone,
    name: 'close of a day',
    work: `a day of up to ${count(history.orgs)} organisations, ${stored}, until its charges have landed`,
    unit: 'organisation',
    count: history.orgs,
    cpuPer: 1_000,
    ours: {
      name: 'aggregator',
      run: async (measure) => {
        await reopenDay(client, yesterday);
        await measure(writers, async () => {
          const startedAt = performance.now();
          const appended = await closing.close({ day: yesterday });
          const seconds = (performance.now() - startedAt) / 1_000;
          return {
            figures: [
              { name: SECONDS, unit: 's', value: seconds, better: 'less' },
              { name: 'charges', unit: 'revisions', value: appended, better: 'more' },
            ],
          };
        });
      },
    },
    targets: [
      { figure: SECONDS, atLeast: 10, aim: 3 },
      { figure: 'memory of aggregator', atLeast: 300 },
    ],
  };

  /** An event of each of some organisations lands late, and its hour is sealed again: what is left is to close. */
  async function landLate(orgIds: readonly string[]): Promise<void> {
    const occurred_at = yesterday.from + HOUR_MS;
    await insertEvents(
      client,
      orgIds.map((org_id) => callEvent({ org_id, occurred_at, credits: 1_000 })),
    );
    await sealAll(client, lastHour(history));
  }
  const ofOneAgain: Benchmark = {
    ...alone,
    name: 'close of one again',
    work: `a closed day of one of ${count(history.orgs)} organisations after a late event, ${steps} times, ${stored}`,
    unit: 'close',
    count: steps,
    cpuPer: 1,
    ours: {
      name: 'aggregator',
      run: async (measure) => {
        await closing.close({ day: yesterday });
        const orgIds = Array.from(
          { length: steps },
          (_, step) => `org-${Math.floor((step * history.orgs) / steps)}`,
        );
        await landLate(orgIds);
        const { sealed } = await readProgress(client);
        await measure(writers, async () => ({
          latenciesMs: await timed(steps, async (step) => {
            const orgId = orgIds[step] ?? '';
            const appended = await closing.close({ day: yesterday, again: { orgId, sealedUntil: sealed } });
            if (appended !== 1) throw new Error(`${appended} revisions of ${orgId}`);
          }),
        }));
      },
    },
    targets: [{ figure: 'p99', atLeast: 100, aim: 50 }],
  };

  const reading = chargesBenchmarks(stack, await stack.billingToken(), {
    ...size,
    orgs: history.orgs,
    pids: { API: stack.pidOf('api'), ClickHouse: places.clickhousePid },
    /** Nothing is closed any more. */
    land: () => landOlderRevisions(client, topicNames(namespace.TOPIC_PREFIX).dailyCharges, revisions),
  });
  const last: Benchmark = {
    ...reading.day,
    close: async () => {
      await Promise.all([stack.stop(), closing.end()]);
      await client.close();
    },
  };
  return [ofADay, ofOneAgain, reading.page, last];
}
