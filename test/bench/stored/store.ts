import { Type } from 'typebox';
import { sealEndedHours } from '../../../aggregator/sealing/seal-hours.ts';
import { sealRunningHour } from '../../../aggregator/sealing/seal-running-hour.ts';
import { SEAL_WITHIN_S } from '../../../aggregator/sealing/rollup.ts';
import { count } from '../../../cli/table.ts';
import { connectClickHouse, select, type ClickHouseClient } from '../../../platform/clickhouse/connect.ts';
import { migrate } from '../../../platform/clickhouse/migrate.ts';
import { readProgress } from '../../../store/progress/aggregator-progress.ts';
import type { NamespaceSettings } from '../../servers/namespace.ts';
import { untilQuiet } from '../quiet-server.ts';
import { insertHistory, lastHour, lastQuarter, type History } from './history.ts';

const PROGRESS_EVERY_MS = 10_000;
/** Merges of the events must not slow down their sealing. */
const QUIET_MS = 1_000;

/**
 * A database with a history that landed and was sealed long ago: organisations with subscriptions, events, rollups. The
 * hour in which the history ends is not sealed, and its ended quarters are in the totals.
 * @param onProgress gets a line of text now and then
 */
export async function storeHistory(
  namespace: NamespaceSettings,
  history: History,
  onProgress: (text: string) => void,
): Promise<ClickHouseClient> {
  await migrate(namespace);
  const client = connectClickHouse(namespace, 'bench', { requestTimeoutMs: (SEAL_WITHIN_S + 60) * 1_000 });
  await insertSettings(client, history.orgs);
  await withoutViews(client, () =>
    insertHistory(client, history, (calls) =>
      onProgress(`${count(calls)} of ${count(history.calls)} calls inserted`),
    ),
  );
  // Each benchmark waits for the merges of what is sealed here.
  await untilQuiet(client, QUIET_MS, onProgress);
  await sealHistory(client, history, onProgress);
  return client;
}

/** Seals the hours of a history, and counts the quarters after them, by the aggregator's own code. */
export async function sealHistory(
  client: ClickHouseClient,
  history: Pick<History, 'end'>,
  onProgress: (text: string) => void,
): Promise<void> {
  const timer = setInterval(() => {
    readProgress(client).then(
      ({ sealed }) => onProgress(`sealed up to ${new Date(sealed).toISOString()}`),
      () => undefined, // the seal reports what fails
    );
  }, PROGRESS_EVERY_MS);
  try {
    await sealEndedHours(client, lastHour(history), 0);
    await sealRunningHour(client, lastQuarter(history), 0, 0);
  } finally {
    clearInterval(timer);
  }
}

/** Each organisation has had a subscription since 2025: two changes of the settings log. */
export async function insertSettings(client: ClickHouseClient, orgs: number): Promise<void> {
  await client.command({
    query: `INSERT INTO settings_log SELECT number, toDateTime64('2025-01-01', 3, 'UTC'), toString(generateUUIDv4(number)),
        concat('org-', toString(number % {orgs:UInt64})) AS org, if(number < {orgs:UInt64}, 'new-org', 'subscription'),
        if(number < {orgs:UInt64}, '', 'crm'),
        if(number < {orgs:UInt64}, '{"time_zone":"UTC","billing_day":1}',
          '{"edition":"enterprise","users":5,"additional_limit":50000}'),
        toDateTime64(0, 3, 'UTC'), 'bench', ''
      FROM numbers(2 * {orgs:UInt64})`,
    query_params: { orgs },
  });
}

const View = Type.Object({ name: Type.String() });

/**
 * Inserts without the views on call_events, which invalidate hours that are sealed anyway, and trace payloads that are
 * never in conflict here.
 */
export async function withoutViews(client: ClickHouseClient, insert: () => Promise<void>): Promise<void> {
  const views = await select(
    client,
    View,
    `SELECT arrayJoin(dependencies_table) AS name FROM system.tables AS tables
     WHERE database = currentDatabase() AND tables.name = 'call_events'`,
  );
  for (const { name } of views) await client.command({ query: `DETACH TABLE ${name} SYNC` });
  try {
    await insert();
  } finally {
    for (const { name } of views) await client.command({ query: `ATTACH TABLE ${name}` });
  }
}
