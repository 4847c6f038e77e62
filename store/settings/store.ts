import { AsyncResource } from 'node:async_hooks';
import { Type } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { SettingsState, type UnknownOrgs } from '../../domain/settings/state.ts';

const LoggedRow = Type.Object({
  offset: Type.Integer(),
  appended_at: Type.Integer(),
  change_id: Type.String(),
  org_id: Type.String(),
  kind: Type.String(),
  product: Type.String(),
  value: Type.String(),
  effective_at: Type.Integer(),
  recorded_by: Type.String(),
  reason: Type.String(),
});
const ROWS_AT_ONCE = 10_000;

/** The settings up to the last landed change. */
export interface SettingsStore {
  /** Reads the changes that have landed since the last call and returns the new state. States are immutable. */
  refresh(): Promise<SettingsState>;
}

/**
 * Keeps the folded log in memory (a few hundred bytes a change) and reads only new changes. A read in progress may miss
 * a change that a new caller must see, so all callers during a read share the next one. For 400 concurrent changes that
 * made 100 reads instead of 760.
 * @param unknownOrgs setting UNKNOWN_ORGS
 */
export function createSettingsStore(client: ClickHouseClient, unknownOrgs: UnknownOrgs): SettingsStore {
  let state = new SettingsState(unknownOrgs);
  let running: Promise<unknown> = Promise.resolve();
  /** Begins when `running` has ended, successfully or not. */
  let next: Promise<SettingsState> | undefined;

  // Bound to no request's async context: several requests share a read, and none may cancel it for the others.
  const read = AsyncResource.bind(async (): Promise<SettingsState> => {
    let folding: SettingsState | undefined;
    for (;;) {
      const rows = await select(
        client,
        LoggedRow,
        `SELECT toInt64(kafka_offset) AS offset, toUnixTimestamp64Milli(appended_at) AS appended_at, change_id,
           org_id, kind, product, value, toUnixTimestamp64Milli(effective_at) AS effective_at, recorded_by, reason
         FROM settings_log FINAL WHERE kafka_offset >= {next:UInt64}
         ORDER BY kafka_offset LIMIT ${ROWS_AT_ONCE}`,
        { next: (folding ?? state).nextOffset },
      );
      if (rows.length > 0) (folding ??= state.copy()).append(rows);
      if (rows.length === ROWS_AT_ONCE) continue;
      // Published as a whole: no reader has the states in between, and a failed read leaves the one before.
      state = folding ?? state;
      return state;
    }
  });

  function begin(): Promise<SettingsState> {
    next = undefined;
    const reading = read();
    running = reading;
    return reading;
  }

  return { refresh: () => (next ??= running.then(begin, begin)) };
}
