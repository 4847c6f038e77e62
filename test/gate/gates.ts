import { randomBytes } from 'node:crypto';
import { signToken } from '../../api/auth/tokens.ts';
import { freePort } from '../../deploy/local/ports.ts';
import { createLogger } from '../../platform/logging.ts';
import type { Gate, GateOptions } from '../../producers/gate/contract.ts';
import { kafkaTransport } from '../../producers/kafka-transport.ts';
import { createPublisher } from '../../producers/publisher.ts';
import type { Publisher } from '../../producers/publisher-contract.ts';
import { createGate } from '../../producers/sdk/gate.ts';
import { startConsumer, type ConsumerProcess } from '../consumers/consumer-process.ts';
import { until } from '../until.ts';
import { SECRET, type PipelineUnderTest } from '../integration/pipeline.ts';

export interface RunningGate {
  readonly url: string;
  readonly process: ConsumerProcess;
}

export const gateToken = (role: 'gate' | 'billing' = 'gate'): Promise<string> =>
  signToken(Buffer.from(SECRET), { role, sub: 'api-server' }, Date.now() + 600_000);

/** What processes beside a gate have: a database and topics of their own. */
export type Beside = Pick<PipelineUnderTest, 'env' | 'topics'>;

/** A gate beside other processes. */
export async function startGate({ env }: Pick<Beside, 'env'>, extra: object = {}): Promise<RunningGate> {
  const port = await freePort();
  const settings = {
    ...env,
    PORT: String(port),
    GATE_SESSION_MS: '6000',
    CLOCK_DIFFERENCE_MS: '100',
    ...extra,
  };
  return { url: `http://127.0.0.1:${port}`, process: startConsumer(settings, 'gate/main.ts') };
}

/** A client of these gates, as an API server has one. */
export async function openClient(
  gates: readonly RunningGate[],
  more: Partial<GateOptions> = {},
): Promise<Gate> {
  const token = await gateToken();
  // Strict, and patient on a busy machine: what no gate has granted is not admitted.
  const strict = { whenUnreachable: 'reject', waitMs: 5_000 } as const;
  return createGate({ urls: gates.map(({ url }) => url), token: () => token, ...strict, ...more });
}

/** Asks a gate for no lease of an organisation: 200 where it has it, 409 where another gate has. */
export const leasesOf = (org_id: string, url: string) =>
  post(url, '/v1/leases', { org_id, product: 'crm', leases: [] });

/** Waits until every organisation has a gate. */
export async function untilDivided(gates: readonly RunningGate[]): Promise<void> {
  const orgs = Array.from({ length: 8 }, (_, index) => `org-${index}`);
  await until('every organisation has a gate', async () => {
    const answers = await Promise.all(gates.flatMap(({ url }) => orgs.map((org) => leasesOf(org, url))));
    return answers.every(({ status }) => status === 200 || status === 409);
  });
}

export function openPublisher({ env, topics }: Beside): Publisher {
  const logger = createLogger('test', 'fatal');
  const kafka = { KAFKA_BROKERS: env['KAFKA_BROKERS'] ?? '' };
  return createPublisher({
    transport: kafkaTransport({ kafka, topics, clientId: 'gate-test', logger }),
    now: Date.now,
    random: (size) => randomBytes(size),
  });
}

/** POST with a token of the role gate, or another one. */
export async function post(
  url: string,
  path: string,
  body: object,
  token?: string,
): Promise<{ readonly status: number; readonly body: unknown }> {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${token ?? (await gateToken())}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}
