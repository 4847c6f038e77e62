/**
 * A small API server that meters its calls through a spool: `node api-server.ts OPTIONS`, as JSON. It runs until it is
 * killed, or by SIGTERM until Kafka has everything. It appends to a file the id of each call whose publish resolved:
 * what was written survives a kill.
 */
import { openSync, writeSync } from 'node:fs';
import { fastify, type FastifyRequest } from 'fastify';
import { createPublisher } from '../../producers/sdk/connect.ts';
import { fastifyMeter } from '../../producers/sdk/meters.ts';
import type { Publisher } from '../../producers/publisher-contract.ts';
import type { Call } from './traffic.ts';

export interface ApiServerOptions {
  readonly brokers: string;
  readonly topicPrefix: string;
  readonly port: number;
  readonly spoolDirectory: string;
  readonly resolvedFile: string;
}

const CLOSE_WITHIN_MS = 120_000;
const options: ApiServerOptions = JSON.parse(process.argv[2] ?? '');
const resolved = openSync(options.resolvedFile, 'a');
/** By id: what the client says of its calls. As many as a run of this process has answered. */
const open = new Map<string, Call>();

const spooled = createPublisher({
  brokers: options.brokers.split(','),
  topicPrefix: options.topicPrefix,
  spool: { directory: options.spoolDirectory, maxBytes: 256 * 1024 * 1024 },
});
/** Gives each metered call the id and the time of the client's call, so that a call sent again counts once. */
const publisher: Publisher = {
  ready: () => spooled.ready(),
  flush: () => spooled.flush(),
  close: (deadlineMs) => spooled.close(deadlineMs),
  counters: () => spooled.counters(),
  async publish(event) {
    const call = open.get(event.module ?? '');
    if (call === undefined) throw new Error('the meter published a call that was not made');
    const { event_id, occurred_at } = call;
    const id = await spooled.publish({ ...event, event_id, occurred_at, module: '' });
    writeSync(resolved, `${id}\n`);
    return id;
  },
};

type CallRequest = FastifyRequest<{ Body: Call }>;

const app = fastify();
const meter = fastifyMeter<CallRequest>({
  publisher,
  logger: console,
  caller: ({ body }) => ({
    org_id: body.org_id,
    user_id: body.user_id,
    app_id: body.app_id,
    product: body.product,
    module: body.event_id,
  }),
  cost: ({ body }) => ({ credits: body.credits }),
});
await app.register(meter.plugin);
app.post<{ Body: Call }>('/calls/:id', async ({ body }, reply) => {
  open.set(body.event_id, body);
  return reply.code(body.status).send('answered');
});
await app.listen({ port: options.port, host: '127.0.0.1' });
process.stdout.write('listening\n');
process.stdin.on('end', () => process.exit(1)).resume();
process.stdin.unref();

process.once('SIGTERM', () => void stop());

async function stop(): Promise<void> {
  await app.close();
  await spooled.close(CLOSE_WITHIN_MS);
}
