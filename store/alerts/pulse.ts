import { Type } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';

/** D: an insert that takes longer than this is found by the next count of all usage (usage-bound.ts). */
export const READ_AGAIN_FOR_S = 120;

/** Whether anything has landed that concerns alerts. */
export interface Pulse {
  /** The credits that landed in each of the last two minutes' seconds, in epoch seconds by ClickHouse's clock. */
  readonly landed: ReadonlyMap<number, number>;
  /** Whether there are alerts, or settings, at the given offsets or behind them. */
  readonly hasAlerts: boolean;
  readonly hasSettings: boolean;
  /** When alerts got pseudonyms last, epoch milliseconds; 0 for never: what is known of them must be read again. */
  readonly erasedAt: number;
}

export interface PulsePlaces {
  /** The next offset of each log. */
  readonly alerts: number;
  readonly settings: number;
}

const PulseRow = Type.Object({
  what: Type.Enum(['landed', 'alerts', 'settings', 'erased']),
  at: Type.Integer(),
  value: Type.Integer(),
});

/** One statement, so that a process at rest costs no more. */
export async function readPulse(client: ClickHouseClient, places: PulsePlaces): Promise<Pulse> {
  const rows = await select(
    client,
    PulseRow,
    `SELECT 'landed' AS what, toInt64(toUnixTimestamp(landed_credits.second)) AS at,
       toInt64(sum(landed_credits.credits)) AS value FROM landed_credits
     WHERE landed_credits.second >= now() - INTERVAL ${READ_AGAIN_FOR_S} SECOND GROUP BY at
     UNION ALL SELECT 'alerts' AS what, toInt64(0) AS at, toInt64(count()) AS value FROM alert_log
     WHERE kafka_offset >= {alerts:UInt64}
     UNION ALL SELECT 'settings' AS what, toInt64(0) AS at, toInt64(count()) AS value FROM settings_log
     WHERE kafka_offset >= {settings:UInt64}
     UNION ALL SELECT 'erased' AS what, toInt64(0) AS at, toInt64(max(position)) AS value FROM alert_progress
     WHERE name = 'erased'`,
    { ...places },
  );
  const valueOf = (wanted: string): number => rows.find(({ what }) => what === wanted)?.value ?? 0;
  return {
    landed: new Map(rows.filter(({ what }) => what === 'landed').map(({ at, value }) => [at, value])),
    hasAlerts: valueOf('alerts') > 0,
    hasSettings: valueOf('settings') > 0,
    erasedAt: valueOf('erased'),
  };
}
