import { closeApart, type Closing } from '../../../aggregator/closing/close-days.ts';
import type { Day } from '../../../domain/calendar/zone-days.ts';
import { floorTo } from '../../../domain/instants.ts';
import type { ClickHouseClient } from '../../../platform/clickhouse/connect.ts';
import { connectKafka } from '../../../platform/kafka/connect.ts';
import { openLandedLog } from '../../../platform/landed-log.ts';
import { createLogger } from '../../../platform/logging.ts';
import { DAY_MS } from '../../../schemas/time-units.ts';
import { topicNames } from '../../../schemas/topics.ts';
import { endedDays } from '../../../store/charges/days-to-close.ts';
import { readProgress } from '../../../store/progress/aggregator-progress.ts';
import { createSettingsStore } from '../../../store/settings/store.ts';
import type { NamespaceSettings } from '../../servers/namespace.ts';

const LANDED_WITHIN_MS = 60_000;

/** What the aggregator closes days with: its charges go through Kafka, and a consumer must land them. */
export function openClosing(client: ClickHouseClient, namespace: NamespaceSettings): Closing {
  const kafka = connectKafka(namespace, 'bench', createLogger('bench', 'fatal'));
  const topic = topicNames(namespace.TOPIC_PREFIX).dailyCharges;
  return {
    client,
    store: createSettingsStore(client, 'none'),
    log: openLandedLog(kafka, client, topic, LANDED_WITHIN_MS),
    now: Date.now,
  };
}

/** The UTC day so many days before that of an instant. */
export function dayBefore(at: number, days: number): Day {
  const from = floorTo(at, DAY_MS) - days * DAY_MS;
  return { date: new Date(from).toISOString().slice(0, 10), from, to: from + DAY_MS };
}

/** Forgets that a day was closed, so that it can be closed again for the first time. */
export async function reopenDay(
  { client }: Pick<Closing, 'client'>,
  { date }: Pick<Day, 'date'>,
): Promise<void> {
  for (const table of ['daily_charges', 'charges_by_day']) {
    await client.command({
      query: `ALTER TABLE ${table} DELETE WHERE day = toDate32({date:String})`,
      query_params: { date },
      clickhouse_settings: { mutations_sync: '2' },
    });
  }
}

/** Closes a UTC day of all organisations with calls, as a tick of the aggregator does. @returns the revisions made */
export async function closeDay(closing: Closing, { from, to }: Pick<Day, 'from' | 'to'>): Promise<number> {
  const { client, store } = closing;
  const settings = await store.refresh();
  const { sealed } = await readProgress(client);
  const { candidates } = await endedDays(client, settings, { sealed, closed: from }, to);
  const { appended, failures } = await closeApart(closing, candidates, sealed);
  if (failures[0]) throw failures[0].error;
  return appended;
}
