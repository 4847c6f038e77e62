import { Type } from 'typebox';
import { closeDays } from '../../../aggregator/closing/close-days.ts';
import {
  clearInvalidations,
  readInvalidations,
  resealInvalidated,
} from '../../../aggregator/sealing/invalidations.ts';
import { encodeOffset } from '../../../api/charges/cursor.ts';
import { count } from '../../../cli/table.ts';
import { connectClickHouse } from '../../../platform/clickhouse/connect.ts';
import { compiled } from '../../../platform/compiled-schema.ts';
import { HOUR_MS } from '../../../schemas/time-units.ts';
import { topicNames } from '../../../schemas/topics.ts';
import { readProgress } from '../../../store/progress/aggregator-progress.ts';
import { callEvent, insertEvents } from '../../api/tables.ts';
import type { Benchmark, Target } from '../benchmark.ts';
import { plan, type Places } from '../plan.ts';
import { closeDay, dayBefore, openClosing, reopenDay } from './close-day.ts';
import type { HistorySize } from './history.ts';
import { dateOfOlder, landOlderRevisions, OLDER_FROM, storeOlderRevisions } from './older-revisions.ts';
import { sharedHistory } from './shared-history.ts';
import { HISTORY_SIZES } from './sizes.ts';
import { startStack } from './stack.ts';
import { timed } from './timed.ts';

interface CloseSize {
  readonly history: HistorySize;
  /** Stored before, of other days. */
  readonly revisions: number;
  /** Single steps in a round. */
  readonly steps: number;
  readonly rounds: number;
}

const SECONDS = 'time to close';
const PAGE = 1_000;
const { check: isPage } = compiled(Type.Object({ charges: Type.Array(Type.Object({ day: Type.String() })) }));

/** Closing days by the aggregator's code through Kafka, and reading the charges through HTTP from an API process. */
export const close = plan<CloseSize>(
  {
    full: { history: HISTORY_SIZES.full, revisions: 5_000_000, steps: 20, rounds: 3 },
    small: { history: HISTORY_SIZES.small, revisions: 500_000, steps: 10, rounds: 2 },
    tiny: { history: HISTORY_SIZES.tiny, revisions: 200, steps: 2, rounds: 1 },
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
  const closing = openClosing(client, namespace);
  const token = await stack.billingToken();
  const writers = {
    'this process, which closes': process.pid,
    consumer: stack.pidOf('consumer'),
    ClickHouse: places.clickhousePid,
    Kafka: places.kafkaPid,
  };
  const readers = { API: stack.pidOf('api'), ClickHouse: places.clickhousePid };
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
        await reopenDay(closing, yesterday);
        await measure(writers, async () => {
          const startedAt = performance.now();
          const appended = await closeDay(closing, yesterday);
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
    targets: [{ figure: SECONDS, atLeast: 10, aim: 3 }],
  };

  /** Late events of some organisations land on a closed day, and their hour is sealed again. @returns what to close */
  async function landLate(dayFrom: number) {
    const events = Array.from({ length: steps }, (_, index) =>
      callEvent({
        org_id: `org-${Math.floor((index * history.orgs) / steps)}`,
        occurred_at: dayFrom + HOUR_MS,
        credits: 1_000,
      }),
    );
    await insertEvents(client, events);
    const { sealed } = await readProgress(client);
    const invalidations = await readInvalidations(client, sealed, 0);
    await resealInvalidated(client, invalidations);
    return { sealed, invalidations };
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
        await closeDay(closing, yesterday);
        const { sealed, invalidations } = await landLate(yesterday.from);
        await measure(writers, async () => ({
          latenciesMs: await timed(steps, async (index) => {
            const orgId = invalidations[index]?.org_id ?? '';
            const appended = await closeDays(closing, [{ orgId, day: yesterday }], sealed);
            if (appended !== 1) throw new Error(`${appended} revisions of ${orgId}`);
          }),
        }));
        await clearInvalidations(client, invalidations);
      },
    },
    targets: [{ figure: 'p99', atLeast: 100, aim: 50 }],
  };

  let isLanded = false;
  const readingOf = (name: string, work: string, read: (revision: number) => Promise<void>): Benchmark => ({
    ...alone,
    name,
    work: `${work}, ${steps} times, ${stored}`,
    unit: 'read',
    count: steps,
    cpuPer: 1,
    ours: {
      name: 'API, through HTTP',
      run: async (measure) => {
        if (!isLanded)
          await landOlderRevisions(client, topicNames(namespace.TOPIC_PREFIX).dailyCharges, revisions);
        isLanded = true;
        // Far apart in the feed, so that none reads what the one before it has read.
        const at = (index: number): number =>
          Math.floor(((index * 0.618) % 1) * Math.max(0, revisions - PAGE));
        await read(at(steps));
        await measure(readers, async () => ({ latenciesMs: await timed(steps, (index) => read(at(index))) }));
      },
    },
    targets: READ_TARGETS,
  });
  const page = readingOf('close: a page of the feed', `${PAGE} revisions`, async (revision) => {
    const answer = await stack.read(
      `/v1/charges?cursor=${encodeOffset(OLDER_FROM + revision)}&limit=${PAGE}`,
      token,
    );
    if (!isPage(answer) || answer.charges.length !== Math.min(PAGE, revisions))
      throw new Error('The feed answered with a part of a page.');
  });
  const day = readingOf(
    'close: the charges of a day',
    `the charges of ${count(history.orgs)} organisations`,
    async (revision) => {
      const text = await stack.readText(`/v1/charges/days/${dateOfOlder(revision, history.orgs)}`, token);
      if (text.split('\n').length !== history.orgs + 1)
        throw new Error('The answer lacks charges of the day.');
    },
  );
  return [
    ofADay,
    ofOneAgain,
    page,
    {
      ...day,
      close: async () => {
        await Promise.all([stack.stop(), closing.log.close()]);
        await client.close();
      },
    },
  ];
}

const READ_TARGETS: readonly Target[] = [{ figure: 'p99', atLeast: 50, aim: 10 }];
