/** Closes days by the aggregator's code (close-day.ts) in a process of its own, so that its memory counts for itself. */
import { closeDays } from '../../../aggregator/closing/close-days.ts';
import { connectClickHouse } from '../../../platform/clickhouse/connect.ts';
import { compiled } from '../../../platform/compiled-schema.ts';
import { readConfig } from '../../../platform/config.ts';
import { clickhouseVariables } from '../../../platform/clickhouse/variables.ts';
import { kafkaVariables } from '../../../platform/kafka/variables.ts';
import { ClosingCommand, closeDay, openClosing } from './close-day.ts';

const config = readConfig(process.env, { ...kafkaVariables, ...clickhouseVariables });
const client = connectClickHouse(config, 'bench closing', { requestTimeoutMs: 300_000 });
const closing = openClosing(client, config);
const { check } = compiled(ClosingCommand);

async function obey(message: unknown): Promise<number> {
  const command: unknown = JSON.parse(String(message));
  if (!check(command)) throw new Error(`not a command: ${String(message)}`);
  const { day, again } = command;
  if (again === undefined) return closeDay(closing, day);
  return closeDays(closing, [{ orgId: again.orgId, day }], again.sealedUntil);
}

process.on('message', (message) => void obey(message).then((appended) => process.send?.(appended)));
process.on('disconnect', () => void Promise.all([closing.log.close(), client.close()]));
// As in an aggregator that has started: the log is folded.
await closing.store.refresh();
process.send?.('ready');
