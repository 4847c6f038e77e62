/**
 * An API server for the benchmark `middleware`, as a process of its own: with the meter, or the same without it. It
 * sends its port when it listens, and answers every message with the calls that Kafka has acknowledged.
 */
import { fastify, type FastifyRequest } from 'fastify';
import { jwtVerify } from 'jose';
import { Type } from 'typebox';
import { connectClickHouse, select } from '../../platform/clickhouse/connect.ts';
import { readConfig } from '../../platform/config.ts';
import { clickhouseVariables } from '../../platform/clickhouse/variables.ts';
import { kafkaVariables } from '../../platform/kafka/variables.ts';
import { createPublisher } from '../../producers/sdk/connect.ts';
import { fastifyMeter } from '../../producers/sdk/meters.ts';

const config = readConfig(process.env, {
  ...kafkaVariables,
  ...clickhouseVariables,
  METERED: Type.Boolean(),
  TOKEN_SECRET: Type.String(),
});
const client = connectClickHouse({ ...config, CLICKHOUSE_DATABASE: 'default' }, 'bench');
const LEADS = `SELECT number AS id, concat('Lead number ', toString(number)) AS name FROM numbers(50)`;
const Lead = Type.Object({ id: Type.Integer(), name: Type.String() });
const secret = new TextEncoder().encode(config.TOKEN_SECRET);
const callers = new WeakMap<FastifyRequest, string>();

const app = fastify();
// As docs/publishing.md advises for a busy server, whose answers do not wait for Kafka.
const publisher = createPublisher({
  brokers: config.KAFKA_BROKERS.split(','),
  topicPrefix: config.TOPIC_PREFIX,
  lingerMs: 100,
});
const meter = fastifyMeter({
  publisher,
  logger: console,
  product: 'crm',
  caller: (request: FastifyRequest) => ({ org_id: 'acme', user_id: callers.get(request) ?? 'ann' }),
});
if (config.METERED) await app.register(meter.plugin);

/** The least that a server can do. */
app.get('/v2/leads/:id', () => ({ id: 'lead-7', name: 'Lead number 7' }));
/** What an API server does: it verifies a token, and answers with a page of records from its database. */
app.get('/v2/leads', (request) =>
  jwtVerify(request.headers.authorization?.slice('Bearer '.length) ?? '', secret).then(
    async ({ payload }) => {
      callers.set(request, payload.sub ?? '');
      return { leads: await select(client, Lead, LEADS) };
    },
  ),
);

const url = new URL(await app.listen({ port: 0, host: '127.0.0.1' }));
process.on('message', () => {
  void publisher.flush().then(() => process.send?.(publisher.counters().published));
});
process.on('disconnect', () => {
  void Promise.all([app.close().then(() => publisher.close()), client.close()]);
});
process.send?.(Number(url.port));
