import { Type } from 'typebox';
import { select, type ClickHouseClient } from '../platform/clickhouse/connect.ts';
import {
  closableUntil,
  runningHourUntil,
  sealableUntil,
  type ClosingDelays,
} from '../domain/closing/when-to-close.ts';
import type { Topics } from '../schemas/topics.ts';

const ValueRow = Type.Object({ name: Type.String(), value: Type.Integer() });

/** How to find out whether a tick would have something to do. */
export interface DueWork {
  readonly client: ClickHouseClient;
  readonly topics: Pick<Topics, 'calls' | 'settings'>;
  readonly timing: ClosingDelays;
  /** As in tick.ts. */
  readonly startedAt: number;
}

/**
 * Whether a tick would seal, count quarters, re-seal or close, or try an organisation again: one statement, where a tick
 * that finds nothing to do needs seven. It reads what decides that in tick.ts, and may only err towards a tick.
 */
export async function isAnythingDue({ client, topics, timing, startedAt }: DueWork): Promise<boolean> {
  const { calls, settings } = topics;
  const rows = await select(
    client,
    ValueRow,
    `SELECT topic AS name, toUnixTimestamp64Milli(min(landing_progress.landed_until)) AS value
     FROM landing_progress FINAL WHERE topic IN {topics:Array(String)} GROUP BY topic
     UNION ALL SELECT name, toUnixTimestamp64Milli(max(until)) FROM aggregator_progress GROUP BY name
     UNION ALL SELECT 'totals', toUnixTimestamp64Milli(greatest(until, totals_until)) FROM aggregator_progress FINAL
       WHERE name = 'sealed'
     UNION ALL SELECT 'invalidated', toInt64(toUnixTimestamp(min(hour))) * 1000 FROM dirty_marks FINAL
       WHERE cleared < 2 HAVING count() > 0
     UNION ALL SELECT 'waiting', toInt64(count()) FROM set_aside FINAL WHERE cleared = 0`,
    { topics: [calls, settings] },
  );
  const valueOf = (wanted: string): number =>
    rows.reduce((sum, { name, value }) => (name === wanted ? sum + value : sum), 0);
  const confirmed = { calls: valueOf(calls), settings: valueOf(settings) };
  const sealed = valueOf('sealed');
  // Those of the running hour wait for its next quarter.
  const isInvalidated = rows.some(({ name, value }) => name === 'invalidated' && value < sealed);
  const totals = valueOf('totals');
  return (
    isInvalidated ||
    valueOf('waiting') > 0 ||
    sealableUntil(confirmed.calls, timing.sealDelayMs) > sealed ||
    runningHourUntil({ sealed, totals }, confirmed.calls, timing.sealDelayMs, startedAt) !== undefined ||
    closableUntil(confirmed, timing) > valueOf('closed')
  );
}
