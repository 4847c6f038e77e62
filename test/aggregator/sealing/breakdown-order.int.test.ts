import { randomUUID } from 'node:crypto';
import { Type } from 'typebox';
import {
  clearInvalidations,
  readInvalidations,
  type Invalidation,
} from '../../../aggregator/sealing/invalidations.ts';
import { zeroReplacedRows } from '../../../aggregator/sealing/replaced-rows.ts';
import { countTotals, writeBreakdown, writeTotals } from '../../../aggregator/sealing/rollup.ts';
import { sealEndedHours } from '../../../aggregator/sealing/seal-hours.ts';
import { select } from '../../../platform/clickhouse/connect.ts';
import { HOUR_MS } from '../../../schemas/time-units.ts';
import { BREAKDOWNS } from '../../../store/usage/breakdowns.ts';
import { land, landedEvent, type LandedEvent } from '../events.ts';
import { permutations } from './permutations.ts';
import { now, reseal, SEAL_DELAY_MS, thisHour, useSealingTables } from './sealing-tables.ts';

const client = useSealingTables('breakdownorder');

/** Each sealer counts the totals, then writes the breakdown with their versions. */
const STEPS = ['countA', 'writeA', 'countB', 'writeB', 'late'] as const;
type Step = (typeof STEPS)[number];

/** One order of the steps, in an hour of its own. */
interface Story {
  readonly order: readonly Step[];
  readonly hour: number;
  readonly second: LandedEvent;
  readonly seals: Map<string, { readonly id: string; readonly read: readonly Invalidation[] }>;
}

const UsageRow = Type.Object({ hour: Type.Integer(), user: Type.String(), calls: Type.Integer() });
const byUser = (source: string, hour: string, calls: string) =>
  select(
    client(),
    UsageRow,
    `SELECT toUnixTimestamp(toStartOfHour(${hour})) * 1000 AS hour, user_id AS user, ${calls} AS calls
     FROM ${source} FINAL GROUP BY hour, user HAVING calls > 0 ORDER BY hour, user`,
  );

describe('a breakdown that is counted after its totals', () => {
  it('is right in every order of two sealers and of events that land late or move to another user', async () => {
    const stories = permutations(STEPS)
      .filter(isPossible)
      .map((order, index): Story => {
        const hour = thisHour - (3 + index) * HOUR_MS;
        return {
          order,
          hour,
          second: landedEvent(hour + 5, { user: 'second', offset: 10 }),
          seals: new Map(),
        };
      });
    expect(stories).toHaveLength(15);
    await land(
      client(),
      stories.flatMap(({ hour, second }) => [second, landedEvent(hour + 6, { user: 'bystander' })]),
    );
    await sealEndedHours(client(), now, SEAL_DELAY_MS);
    await reseal(client());
    // So that both sealers have something to do.
    await land(
      client(),
      stories.map(({ hour }) => landedEvent(hour + 7, { user: 'bystander' })),
    );
    for (const position of STEPS.keys()) {
      const at = (step: Step) => stories.filter(({ order }) => order[position] === step);
      await land(client(), at('late').flatMap(lateEvents));
      await count(at('countA'), 'A');
      await count(at('countB'), 'B');
      await write(at('writeA'), 'A');
      await write(at('writeB'), 'B');
    }
    await reseal(client());
    const counted = await byUser('call_events', 'occurred_at', 'count()');
    expect(await byUser('usage_15m_by', 'bucket', 'sum(calls)')).toEqual(counted);
    expect(await byUser('usage_15m_by_user', 'bucket', 'sum(calls)')).toEqual(counted);
  });
});

/** An earlier payload takes the call from its user, and another user appears. */
const lateEvents = ({ hour, second }: Story): LandedEvent[] => [
  { ...second, user: 'first', offset: 1 },
  landedEvent(hour + 8, { user: 'newcomer' }),
  landedEvent(hour + HOUR_MS / 2, { user: 'newcomer' }),
];

async function count(stories: readonly Story[], sealer: string): Promise<void> {
  if (stories.length === 0) return;
  const invalidations = await readInvalidations(client(), thisHour, 0);
  const id = randomUUID();
  const hours = stories.map(({ hour }) => hour);
  await countTotals(client(), hours, 'all', id);
  await writeTotals(client(), id);
  for (const { hour, seals } of stories) {
    seals.set(sealer, { id, read: invalidations.filter((each) => each.hour === hour) });
  }
}

async function write(stories: readonly Story[], sealer: string): Promise<void> {
  const bySeal = Map.groupBy(stories, ({ seals }) => seals.get(sealer)?.id ?? '');
  for (const [id, own] of bySeal) {
    const hours = own.map(({ hour }) => hour);
    for (const breakdown of BREAKDOWNS) await writeBreakdown(client(), hours, 'all', id, breakdown);
    await zeroReplacedRows(client(), hours);
    await clearInvalidations(
      client(),
      own.flatMap(({ seals }) => seals.get(sealer)?.read ?? []),
    );
  }
}

/** A sealer counts before it writes. A counts first, as the two are interchangeable. */
function isPossible(order: readonly Step[]): boolean {
  const at = (step: Step) => order.indexOf(step);
  return at('countA') < at('countB') && at('countA') < at('writeA') && at('countB') < at('writeB');
}
