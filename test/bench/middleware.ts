import { SignJWT } from 'jose';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { count } from '../../cli/table.ts';
import { connectKafka, ensureTopics } from '../../platform/kafka/connect.ts';
import { createLogger } from '../../platform/logging.ts';
import { projectRoot } from '../../schemas/root.ts';
import { topicNames } from '../../schemas/topics.ts';
import type { NamespaceSettings } from '../servers/namespace.ts';
import type { Benchmark, Measure } from './benchmark.ts';
import { load } from './http-load.ts';
import { plan } from './plan.ts';

const PARTITIONS = 8;
const CONNECTIONS = 64;
const SECRET = 'a secret of the benchmark that has 32 bytes or more';

interface MiddlewareSize {
  /** Of the route that reads a database, and of the one that does the least. */
  readonly calls: number;
  readonly bareCalls: number;
  readonly rounds: number;
}

/** A Fastify server whose calls are metered and published to Kafka, against the same server without the meter. */
export const middleware = plan<MiddlewareSize>(
  {
    full: { calls: 4_000, bareCalls: 50_000, rounds: 3 },
    small: { calls: 1_000, bareCalls: 10_000, rounds: 2 },
    tiny: { calls: 100, bareCalls: 300, rounds: 1 },
  },
  ({ open }, size) => middlewareBenchmarks(open('bench_middleware').settings, size),
);

async function middlewareBenchmarks(
  namespace: NamespaceSettings,
  { calls: databaseCalls, bareCalls, rounds }: MiddlewareSize,
): Promise<Benchmark[]> {
  const topics = topicNames(namespace.TOPIC_PREFIX);
  await ensureTopics(connectKafka(namespace, 'bench', createLogger('bench', 'fatal')), topics, PARTITIONS);
  const token = await new SignJWT({ sub: 'ann' })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('1 day')
    .sign(new TextEncoder().encode(SECRET));

  const serving = (metered: boolean, path: string, calls: number) => async (measure: Measure) => {
    // Long enough for V8 to have compiled what runs for every call.
    const warmUp = Math.ceil(calls / 2);
    const server = fork(join(projectRoot(), 'test/bench/metered-server.ts'), {
      env: { ...namespace, METERED: String(metered), TOKEN_SECRET: SECRET },
    });
    try {
      const request = { port: await numberFrom(server), path, token };
      await load(request, warmUp, CONNECTIONS);
      await measure({ server: server.pid ?? 0 }, async () => {
        await load(request, calls, CONNECTIONS);
        await published(server);
      });
      const total = await published(server);
      const expected = metered ? warmUp + calls : 0;
      if (total !== expected) throw new Error(`${total} calls were published, not ${expected}`);
    } finally {
      if (server.connected) server.disconnect();
      if (server.exitCode === null && server.signalCode === null) await once(server, 'exit');
    }
  };

  const benchmark = (name: string, work: string, path: string, calls: number): Benchmark => ({
    name: `middleware, ${name}`,
    work: `${count(calls)} calls of ${CONNECTIONS} clients, ${work}`,
    unit: 'call',
    count: calls,
    cpuPer: 1_000_000,
    rounds,
    ours: { name: 'metered, in Kafka', run: serving(true, path, calls) },
    others: [{ name: 'the same server alone', run: serving(false, path, calls) }],
    close: () => Promise.resolve(),
  });
  return [
    benchmark('with a database', 'a token verified, 50 records read', '/v2/leads', databaseCalls),
    benchmark('bare', 'a constant of 40 bytes', '/v2/leads/4711', bareCalls),
  ];
}

async function published(server: ChildProcess): Promise<number> {
  server.send('how many?');
  return numberFrom(server);
}

async function numberFrom(server: ChildProcess): Promise<number> {
  const ended = once(server, 'exit').then(([code]) => {
    throw new Error(`the server ended with ${code}`);
  });
  const [message] = await Promise.race([once(server, 'message'), ended]);
  if (typeof message !== 'number') throw new Error(`the server sent ${JSON.stringify(message)}`);
  return message;
}
