import { connectClickHouse } from '../../../platform/clickhouse/connect.ts';
import { migrate } from '../../../platform/clickhouse/migrate.ts';
import type { Gate } from '../../../producers/gate/contract.ts';
import { createPublisher } from '../../../producers/sdk/connect.ts';
import type { Publisher } from '../../../producers/publisher-contract.ts';
import { openClient, post, startGate, type RunningGate } from '../../gate/gates.ts';
import { SECRET } from '../../integration/pipeline.ts';
import type { Namespace, NamespaceSettings } from '../../servers/namespace.ts';
import { until } from '../../until.ts';
import { startStack, type Stack } from '../stored/stack.ts';

/** An organisation whose limit no benchmark reaches. Every other one has the sample terms: 15,000 credits. */
export const BUSY_ORG = 'busy';
export const SAMPLE_TOTAL = 15_000;

/** A gate, and beside it the API that peers poll, with a consumer that lands the calls. */
export interface GateServers {
  readonly gate: RunningGate;
  readonly stack: Stack;
  readonly publisher: Publisher;
  /** A client of the gate, as an API server has one. */
  readonly client: () => Promise<Gate>;
  readonly stop: () => Promise<void>;
}

export async function startGateServers(namespace: Namespace): Promise<GateServers> {
  const settings = { ...namespace.settings, UNKNOWN_ORGS: 'local' };
  await migrate(settings);
  await recordBusyOrg(settings);
  const stack = await startStack(settings, ['consumer', 'api']);
  const gate = await startGate({ env: { ...settings, JWT_SECRET: SECRET, LOG_LEVEL: 'warn' } });
  await until('the gate grants', async () => {
    const request = { org_id: BUSY_ORG, product: 'crm', leases: [] };
    return (await post(gate.url, '/v1/leases', request)).status === 200;
  });
  const publisher = createPublisher({
    brokers: settings.KAFKA_BROKERS.split(','),
    topicPrefix: settings.TOPIC_PREFIX,
  });
  return {
    gate,
    stack,
    publisher,
    client: () => openClient([gate]),
    stop: async () => {
      await publisher.close();
      await gate.process.stop();
      await stack.stop();
      await namespace.drop();
    },
  };
}

async function recordBusyOrg(settings: NamespaceSettings): Promise<void> {
  const client = connectClickHouse(settings, 'bench gate');
  const terms = { edition: 'free', users: 1, additional_limit: 1_000_000_000 };
  const changes = [
    ['new-org', '', { time_zone: 'UTC', billing_day: 1 }],
    ['subscription', 'crm', terms],
  ] as const;
  for (const [offset, [kind, product, value]] of changes.entries()) {
    await client.command({
      query: `INSERT INTO settings_log
        SELECT {offset:UInt64}, toDateTime64('2024-01-01', 3, 'UTC'), toString(generateUUIDv4()), {org:String},
          {kind:String}, {product:String}, {value:String}, toDateTime64(0, 3, 'UTC'), 'bench', ''`,
      query_params: { offset, org: BUSY_ORG, kind, product, value: JSON.stringify(value) },
    });
  }
  await client.close();
}
