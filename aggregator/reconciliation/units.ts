import { setTimeout as sleep } from 'node:timers/promises';
import { formatInstant } from '../../domain/instants.ts';
import type { SettingsState } from '../../domain/settings/state.ts';
import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { identityOf, type Difference } from '../../store/reconciliation/difference.ts';
import { readLogDifferences } from '../../store/reconciliation/log-differences.ts';
import { checkCharges } from './charges.ts';
import { checkFeed } from './feed.ts';
import { checkRecords } from './records.ts';
import { recordName, type SampledRecord } from './sampled-record.ts';
import { checkHours } from './usage.ts';

/** What is checked at once, and again to see whether a difference is gone: `kind` or `kind/name`. */
export const unitOf = {
  log: (topic: string): string => `log/${topic}`,
  record: (record: SampledRecord): string => `record/${recordName(record)}`,
  hour: (hour: number): string => `hour/${formatInstant(hour)}`,
  org: (orgId: string): string => `org/${orgId}`,
  feed: 'feed',
} as const;

export interface CheckContext {
  readonly client: ClickHouseClient;
  readonly settings: SettingsState;
  /** Epoch milliseconds. */
  readonly now: number;
  /** How long what was found must last to be a difference. */
  readonly recurAfterMs: number;
  /** All events since are kept: older hours cannot be counted any more. Epoch milliseconds. */
  readonly wholeSince: number;
}

/**
 * Checks units of one kind. Landing, sealing and closing continue meanwhile, and no query sees all tables at one
 * instant: so what is found is looked for again, and only what recurs unchanged is a difference.
 * @param units of one kind, few enough for one statement
 * @returns the differences of every unit, none included
 */
export async function checkUnits(
  context: CheckContext,
  units: readonly string[],
): Promise<Map<string, Difference[]>> {
  const first = await checkOnce(context, units);
  const suspects = units.filter((unit) => (first.get(unit) ?? []).length > 0);
  if (suspects.length === 0) return first;
  await sleep(context.recurAfterMs);
  const second = await checkOnce(context, suspects);
  for (const unit of suspects) {
    const recurring = new Set((first.get(unit) ?? []).map(identityOf));
    first.set(
      unit,
      (second.get(unit) ?? []).filter((each) => recurring.has(identityOf(each))),
    );
  }
  return first;
}

async function checkOnce(
  { client, settings, now, wholeSince }: CheckContext,
  units: readonly string[],
): Promise<Map<string, Difference[]>> {
  const names = (kind: string): string[] =>
    units.flatMap((unit) => (unit.startsWith(`${kind}/`) ? [unit.slice(kind.length + 1)] : []));
  const found = new Map<string, Difference[]>(units.map((unit) => [unit, []]));
  const add = (unit: string, differences: readonly Difference[]): void =>
    void found.get(unit)?.push(...differences);

  for (const topic of names('log')) add(unitOf.log(topic), await readLogDifferences(client, topic));
  for (const [name, each] of await checkRecords(client, names('record'), wholeSince))
    add(`record/${name}`, [each]);
  const hours = names('hour').map(Date.parse);
  const kept = hours.filter((hour) => hour >= wholeSince);
  for (const each of await checkHours(client, kept, now)) add(unitOf.hour(each.place.from ?? 0), [each]);
  for (const each of await checkCharges(client, settings, names('org')))
    add(unitOf.org(each.place.org_id ?? ''), [each]);
  if (units.includes(unitOf.feed)) add(unitOf.feed, await checkFeed(client));
  return found;
}
