import { Type } from 'typebox';
import type { SettingsState } from '../../domain/settings/state.ts';
import { select } from '../../platform/clickhouse/connect.ts';
import type { OrgHistory } from '../../domain/settings/org-history.ts';
import type { Sources } from '../dependencies.ts';

const OrgRow = Type.Object({ org_id: Type.String() });

/**
 * The organisations, by id, whose id contains the text in any case; all by default: those of the settings log and, in the local stack, also those with calls, which get
 * sample settings (interfaces.md, Replay).
 */
export async function listOrgs(
  { clickhouse }: Pick<Sources, 'clickhouse'>,
  settings: SettingsState,
  search = '',
): Promise<readonly OrgHistory[]> {
  const ids = new Set(settings.orgIds);
  if (settings.assumesOrgs) {
    const rows = await select(
      clickhouse,
      OrgRow,
      // The rollup holds the sealed hours; only the hours after them are read from the events.
      `SELECT DISTINCT org_id FROM (
         SELECT org_id FROM usage_15m
         UNION ALL
         SELECT org_id FROM call_events WHERE toStartOfHour(occurred_at) >=
           (SELECT toStartOfHour(max(until)) FROM aggregator_progress WHERE name = 'sealed')
       )`,
    );
    for (const { org_id } of rows) ids.add(org_id);
  }
  const needle = search.toLowerCase();
  const found = [...ids].filter((id) => id.toLowerCase().includes(needle)).toSorted();
  return found.flatMap((id) => settings.history(id) ?? []);
}
