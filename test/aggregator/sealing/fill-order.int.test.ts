import { randomUUID } from 'node:crypto';
import { Type, type Static } from 'typebox';
import { filledRows } from '../../../aggregator/sealing/fill-breakdowns.ts';
import {
  clearInvalidations,
  readInvalidations,
  type Invalidation,
} from '../../../aggregator/sealing/invalidations.ts';
import { zeroReplacedRows, zeroRowsLeftBehind } from '../../../aggregator/sealing/replaced-rows.ts';
import { countTotals, writeBreakdown, writeTotals } from '../../../aggregator/sealing/rollup.ts';
import { HOUR_MS } from '../../../schemas/time-units.ts';
import { NARROW_BREAKDOWNS, WIDE_BREAKDOWN, type Rollup } from '../../../store/usage/breakdowns.ts';
import { land, landedEvent, type LandedEvent } from '../events.ts';
import { countedByUser, filledByUser, forgetNarrow, sealUntil, type UsageRow } from './earlier-release.ts';
import { permutations } from './permutations.ts';
import { reseal, thisHour, useSealingTables } from './sealing-tables.ts';

const client = useSealingTables('fillorder');

/** A filler reads the wide breakdown, inserts, then zeroes; a sealer counts, then writes the narrow ones, then the wide one. */
const STEPS = ['read', 'insert', 'zero', 'count', 'narrow', 'wide', 'late'] as const;
type Step = (typeof STEPS)[number];

/** One order of the steps, in an hour of its own. */
interface Story {
  readonly order: readonly Step[];
  readonly hour: number;
  readonly second: LandedEvent;
}

describe('filling while an hour is sealed again', () => {
  it('gives the figures of the events in every order of the steps of both and of late events', async () => {
    const orders = permutations(STEPS).filter(isPossible);
    expect(orders).toHaveLength(140);
    const stories = orders
      // Those that zero at the same position have hours beside each other, so that one statement zeroes them.
      .toSorted((one, other) => one.indexOf('zero') - other.indexOf('zero'))
      .map((order, index): Story => {
        const hour = thisHour - (3 + index) * HOUR_MS;
        return { order, hour, second: landedEvent(hour + 5, { user: 'second', offset: 10 }) };
      });
    await land(
      client(),
      stories.flatMap(({ hour, second }) => [second, landedEvent(hour + 6, { user: 'bystander' })]),
    );
    await sealUntil(client(), 0);
    await reseal(client());
    await forgetNarrow(client(), client);
    // So that the sealer has something to do.
    await land(
      client(),
      stories.map(({ hour }) => landedEvent(hour + 7, { user: 'bystander' })),
    );
    const rows = new Map<string, FilledRow[]>();
    const read = new Map<number, Invalidation[]>();
    const seals = new Map<number, string>();
    for (const position of STEPS.keys()) {
      const at = (step: Step) => stories.filter(({ order }) => order[position] === step);
      await land(client(), at('late').flatMap(lateEvents));
      await readFilled(at('read'), rows);
      await insertFilled(at('insert'), rows);
      await zeroFilled(at('zero'));
      await count(at('count'), read, seals);
      await write(at('narrow'), seals, NARROW_BREAKDOWNS);
      await write(at('wide'), seals, [WIDE_BREAKDOWN]);
      await finish(at('wide'), read);
    }
    const open = new Set((await readInvalidations(client(), thisHour, 0)).map(({ hour }) => hour));
    const isDone = ({ hour }: UsageRow): boolean => !open.has(hour);
    expect(open.size).toBeLessThan(stories.length);
    expect((await filledByUser(client())).filter(isDone)).toEqual(
      (await countedByUser(client())).filter(isDone),
    );
    await reseal(client());
    expect(await filledByUser(client())).toEqual(await countedByUser(client()));
  }, 120_000);
});

/** An earlier payload takes the call from its user, and another user appears. */
const lateEvents = ({ hour, second }: Story): LandedEvent[] => [
  { ...second, user: 'first', offset: 1 },
  landedEvent(hour + 8, { user: 'newcomer' }),
  landedEvent(hour + HOUR_MS / 2, { user: 'newcomer' }),
];

const FilledRow = Type.Object({ bucket: Type.String() }, { additionalProperties: true });
type FilledRow = Static<typeof FilledRow>;
const ALL_HOURS = { from: 0, to: thisHour };

async function readFilled(stories: readonly Story[], rows: Map<string, FilledRow[]>): Promise<void> {
  if (stories.length === 0) return;
  const hours = new Set(stories.map(({ hour }) => hour));
  for (const breakdown of NARROW_BREAKDOWNS) {
    const { sql, params } = filledRows(breakdown, ALL_HOURS);
    const result = await client().query({
      query: `SELECT * REPLACE (toString(seen) AS seen) FROM (${sql})`,
      query_params: params,
      format: 'JSONEachRow',
    });
    for (const row of await result.json<FilledRow>()) {
      const hour = Math.floor(Date.parse(`${row.bucket.replace(' ', 'T')}Z`) / HOUR_MS) * HOUR_MS;
      const key = `${breakdown.table} ${hour}`;
      if (hours.has(hour)) rows.set(key, [...(rows.get(key) ?? []), row]);
    }
  }
}

async function insertFilled(
  stories: readonly Story[],
  rows: ReadonlyMap<string, FilledRow[]>,
): Promise<void> {
  for (const { table } of NARROW_BREAKDOWNS) {
    const values = stories.flatMap(({ hour }) => rows.get(`${table} ${hour}`) ?? []);
    if (values.length > 0) await client().insert({ table, values, format: 'JSONEachRow' });
  }
}

async function zeroFilled(stories: readonly Story[]): Promise<void> {
  if (stories.length === 0) return;
  const hours = stories.map(({ hour }) => hour);
  const interval = { from: Math.min(...hours), to: Math.max(...hours) + HOUR_MS };
  for (const breakdown of NARROW_BREAKDOWNS) await zeroRowsLeftBehind(client(), breakdown, interval);
}

async function count(
  stories: readonly Story[],
  read: Map<number, Invalidation[]>,
  seals: Map<number, string>,
): Promise<void> {
  if (stories.length === 0) return;
  const invalidations = await readInvalidations(client(), thisHour, 0);
  const seal = randomUUID();
  await countTotals(
    client(),
    stories.map(({ hour }) => hour),
    'all',
    seal,
  );
  await writeTotals(client(), seal);
  for (const { hour } of stories) {
    seals.set(hour, seal);
    read.set(
      hour,
      invalidations.filter((each) => each.hour === hour),
    );
  }
}

async function write(
  stories: readonly Story[],
  seals: ReadonlyMap<number, string>,
  breakdowns: readonly Rollup[],
): Promise<void> {
  const bySeal = Map.groupBy(stories, ({ hour }) => seals.get(hour) ?? '');
  for (const [seal, own] of bySeal) {
    const hours = own.map(({ hour }) => hour);
    for (const breakdown of breakdowns) await writeBreakdown(client(), hours, 'all', seal, breakdown);
  }
}

async function finish(stories: readonly Story[], read: ReadonlyMap<number, Invalidation[]>): Promise<void> {
  if (stories.length === 0) return;
  const hours = stories.map(({ hour }) => hour);
  await zeroReplacedRows(client(), hours);
  await clearInvalidations(
    client(),
    hours.flatMap((hour) => read.get(hour) ?? []),
  );
}

function isPossible(order: readonly Step[]): boolean {
  const at = (step: Step) => order.indexOf(step);
  const isBefore = (...steps: Step[]) =>
    steps.every((step, index) => index === 0 || at(steps[index - 1] ?? step) < at(step));
  return isBefore('read', 'insert', 'zero') && isBefore('count', 'narrow', 'wide');
}
