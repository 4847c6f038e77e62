import { Type } from 'typebox';
import { formatInstant } from '../../domain/instants.ts';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { DIFFERENCE_NAMES, type Difference } from './difference.ts';

/** A difference that a background check has found and no later one has closed. */
export interface OpenDifference extends Difference {
  /** What was checked: see units.ts. */
  readonly unit: string;
  /** When it was found first, epoch milliseconds. */
  readonly since: number;
}

const Place = Type.Partial(
  Type.Object({
    topic: Type.String(),
    partition: Type.Integer(),
    first_offset: Type.Integer(),
    last_offset: Type.Integer(),
    org_id: Type.String(),
    product: Type.String(),
    day: Type.String(),
    from: Type.Integer(),
    to: Type.Integer(),
  }),
);
const FoundRow = Type.Object({
  unit: Type.String(),
  name: Type.Enum([...DIFFERENCE_NAMES]),
  place_text: Type.String(),
  place: Place,
  expected: Type.String(),
  found: Type.String(),
  since: Type.Integer(),
});

/** D: more than anyone reads at once. Those that are not shown are found again once these are fixed. */
const MAX_OPEN = 1_000;

/** The open differences, the longest first. */
export async function readOpenDifferences(client: ClickHouseClient): Promise<OpenDifference[]> {
  const rows = await select(
    client,
    FoundRow,
    `SELECT unit, name, place_text, place::JSON AS place, expected, found,
       toUnixTimestamp64Milli(reconciliation_differences.since) AS since
     FROM reconciliation_differences FINAL WHERE is_open = 1
     ORDER BY reconciliation_differences.since, unit, name, place_text LIMIT ${MAX_OPEN}`,
  );
  return rows.map(({ place_text: where, unit, name, place, expected, found, since }) => {
    return { where, unit, name, place, expected, found, since };
  });
}

/**
 * Records what checking these units has found: new differences open, known ones stay open since they were first found,
 * and those that were not found any more close.
 * @param known the open differences, at least of these units
 * @param now epoch milliseconds
 */
export async function recordFound(
  client: ClickHouseClient,
  checked: ReadonlyMap<string, readonly Difference[]>,
  known: readonly OpenDifference[],
  now: number,
): Promise<void> {
  const before = new Map(known.map((each) => [keyOf(each.unit, each), each]));
  const rows = [...checked].flatMap(([unit, differences]) =>
    differences.map((each) => {
      const key = keyOf(unit, each);
      const since = before.get(key)?.since ?? now;
      before.delete(key);
      return rowOf({ ...each, unit, since }, 1);
    }),
  );
  const closed = [...before.values()].filter(({ unit }) => checked.has(unit)).map((each) => rowOf(each, 0));
  if (rows.length + closed.length === 0) return;
  await client.insert({
    table: 'reconciliation_differences',
    values: [...rows, ...closed],
    format: 'JSONEachRow',
  });
}

const keyOf = (unit: string, { name, where }: Difference): string => JSON.stringify([unit, name, where]);

const rowOf = ({ unit, name, where, place, expected, found, since }: OpenDifference, isOpen: 0 | 1) => ({
  unit,
  name,
  place_text: where,
  place: JSON.stringify(place),
  expected,
  found,
  is_open: isOpen,
  since: formatInstant(since),
});
