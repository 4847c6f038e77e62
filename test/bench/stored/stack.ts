import { randomBytes } from 'node:crypto';
import { signToken } from '../../../api/auth/tokens.ts';
import { MAINS, NODE_FLAGS, type Stage } from '../../../deploy/local/pipeline.ts';
import { freePort } from '../../../deploy/local/ports.ts';
import { until } from '../../../deploy/local/until.ts';
import { connectKafka, ensureTopics } from '../../../platform/kafka/connect.ts';
import { createLogger } from '../../../platform/logging.ts';
import { HOUR_MS } from '../../../schemas/time-units.ts';
import { topicNames } from '../../../schemas/topics.ts';
import { startConsumer, type ConsumerProcess } from '../../consumers/consumer-process.ts';
import type { NamespaceSettings } from '../../servers/namespace.ts';

const PARTITIONS = 4;
const ANSWERS_WITHIN_MS = 60_000;

/** Real processes on a database, so that their CPU and memory count for themselves. */
export interface Stack {
  pidOf(stage: Stage): number;
  /** GET. @throws AnswerError where the answer is not 200 */
  read(path: string, token: string): Promise<unknown>;
  readText(path: string, token: string): Promise<string>;
  /** A token of an administrator of an organisation, or of the billing service. */
  tokenOf(orgId: string): Promise<string>;
  billingToken(): Promise<string>;
  stop(): Promise<void>;
}

/** An answer of the API that is not 200. */
export class AnswerError extends Error {
  readonly code = 'ANSWER';
  readonly status: number;
  constructor(path: string, status: number, text: string) {
    super(`${path}: ${status} ${text.slice(0, 500)}`);
    this.name = 'AnswerError';
    this.status = status;
  }
}

/** Starts the processes of a stack, which must have a database, and waits until its API answers. */
export async function startStack(namespace: NamespaceSettings, stages: readonly Stage[]): Promise<Stack> {
  const kafka = connectKafka(namespace, 'bench', createLogger('bench', 'fatal'));
  await ensureTopics(kafka, topicNames(namespace.TOPIC_PREFIX), PARTITIONS);
  const secret = randomBytes(32).toString('hex');
  const port = await freePort();
  const env = {
    ...namespace,
    JWT_SECRET: secret,
    PORT: String(port),
    LOG_LEVEL: 'warn',
    RATE_LIMIT_PER_MINUTE: '1000000',
  };
  const processes = new Map<Stage, ConsumerProcess>();
  for (const stage of stages) processes.set(stage, startConsumer(env, MAINS[stage], NODE_FLAGS[stage]));
  const processOf = (stage: Stage): ConsumerProcess => {
    const found = processes.get(stage);
    if (!found) throw new Error(`The stack has no ${stage}.`);
    return found;
  };
  const url = `http://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    await Promise.all([...processes.values()].map((each) => each.stop()));
  };
  if (stages.includes('api') && !(await until(() => answers(url), ANSWERS_WITHIN_MS))) {
    await stop();
    throw new Error(`The API did not answer in time: ${processOf('api').log()}`);
  }

  async function readText(path: string, token: string): Promise<string> {
    const response = await fetch(url + path, { headers: { authorization: `Bearer ${token}` } });
    const text = await response.text();
    if (response.status !== 200) throw new AnswerError(path, response.status, text);
    return text;
  }
  const sign = (claims: Parameters<typeof signToken>[1]): Promise<string> =>
    signToken(Buffer.from(secret), claims, Date.now() + 24 * HOUR_MS);
  return {
    pidOf: (stage) => processOf(stage).pid,
    read: async (path, token) => JSON.parse(await readText(path, token)),
    readText,
    tokenOf: (org) => sign({ role: 'admin', sub: `admin of ${org}`, org }),
    billingToken: () => sign({ role: 'billing', sub: 'billing' }),
    stop,
  };
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false; // not yet
  }
}
