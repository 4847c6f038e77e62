import { Type, type Static } from 'typebox';
import { closeApart, type Closing } from '../../../aggregator/closing/close-days.ts';
import type { Day } from '../../../domain/calendar/zone-days.ts';
import { NODE_FLAGS } from '../../../deploy/local/pipeline.ts';
import { floorTo } from '../../../domain/instants.ts';
import type { ClickHouseClient } from '../../../platform/clickhouse/connect.ts';
import { connectKafka, type KafkaConfig } from '../../../platform/kafka/connect.ts';
import { openLandedLog } from '../../../platform/landed-log.ts';
import { createLogger } from '../../../platform/logging.ts';
import { DAY_MS } from '../../../schemas/time-units.ts';
import { topicNames } from '../../../schemas/topics.ts';
import { endedDays } from '../../../store/charges/days-to-close.ts';
import { readProgress } from '../../../store/progress/aggregator-progress.ts';
import { createSettingsStore } from '../../../store/settings/store.ts';
import type { NamespaceSettings } from '../../servers/namespace.ts';
import { startProgram } from '../program-messages.ts';

const LANDED_WITHIN_MS = 60_000;

/** What the aggregator closes days with: its charges go through Kafka, and a consumer must land them. */
export function openClosing(
  client: ClickHouseClient,
  config: KafkaConfig & { readonly TOPIC_PREFIX: string },
): Closing {
  const kafka = connectKafka(config, 'bench', createLogger('bench', 'fatal'));
  const topic = topicNames(config.TOPIC_PREFIX).dailyCharges;
  return {
    client,
    store: createSettingsStore(client, 'none'),
    log: openLandedLog(kafka, client, topic, LANDED_WITHIN_MS),
    now: Date.now,
  };
}

/** A message to closing-program.ts, as JSON. */
export const ClosingCommand = Type.Object({
  day: Type.Object({ date: Type.String(), from: Type.Integer(), to: Type.Integer() }),
  /** Closes the day of this organisation only; otherwise that of all organisations. */
  again: Type.Optional(Type.Object({ orgId: Type.String(), sealedUntil: Type.Integer() })),
});

/** A process that closes days. */
export interface ClosingProcess {
  readonly pid: number;
  /** @returns the revisions made */
  close(command: Static<typeof ClosingCommand>): Promise<number>;
  end(): Promise<void>;
}

export async function startClosing(namespace: NamespaceSettings): Promise<ClosingProcess> {
  const program = await startProgram('stored/closing-program.ts', namespace, NODE_FLAGS.aggregator);
  return {
    pid: program.pid,
    close: async (command) => {
      const appended = await program.ask(JSON.stringify(command));
      if (typeof appended !== 'number') throw new Error(`The closing process answered ${String(appended)}.`);
      return appended;
    },
    end: () => program.end(),
  };
}

/** The UTC day so many days before that of an instant. */
export function dayBefore(at: number, days: number): Day {
  const from = floorTo(at, DAY_MS) - days * DAY_MS;
  return { date: new Date(from).toISOString().slice(0, 10), from, to: from + DAY_MS };
}

/** Forgets that a day was closed, so that it can be closed again for the first time. */
export async function reopenDay(client: ClickHouseClient, { date }: Pick<Day, 'date'>): Promise<void> {
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
