import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Kafka } from 'kafkajs';
import { connectClickHouse, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { connectKafka, ensureTopics } from '../../platform/kafka/connect.ts';
import { MAINS, type Stage } from '../../deploy/local/pipeline.ts';
import { freePort } from '../../deploy/local/ports.ts';
import { untilSettled } from '../../deploy/local/settled.ts';
import { createLogger } from '../../platform/logging.ts';
import { migrate } from '../../platform/clickhouse/migrate.ts';
import { projectRoot } from '../../schemas/root.ts';
import { MINUTE_MS } from '../../schemas/time-units.ts';
import { topicNames, type Topics } from '../../schemas/topics.ts';
import { signToken } from '../../api/auth/tokens.ts';
import { runDataDir } from '../servers/addresses.ts';
import { openNamespace, type NamespaceSettings } from '../servers/namespace.ts';
import { until } from '../until.ts';
import { PROGRAM_ENV } from '../servers/program-env.ts';

/** The program of a process, as a path. */
export const mainOf = (stage: Stage): string => join(projectRoot(), MAINS[stage]);

/** The processes on a database and topics of their own, for a suite to start, kill and query. */
export interface PipelineUnderTest {
  readonly env: Record<string, string>;
  readonly client: ClickHouseClient;
  readonly kafka: Kafka;
  readonly topics: Topics;
  /** Where the processes' logs and the replay's records are. */
  readonly dataDir: string;
  start(stage: Stage, extra?: Record<string, string>): Promise<void>;
  /** kill -9; ends when the process is gone. */
  kill(stage: Stage): Promise<void>;
  /** Waits until everything published can be queried and nothing is due. */
  settled(timeoutMs?: number): Promise<void>;
  /** GET as the given role. @returns the body of a 200 */
  get(path: string, claims: Claims): Promise<unknown>;
  /** Any other request with a body. @returns the body of its success */
  send(method: 'PUT' | 'POST', path: string, body: object, claims: Claims): Promise<unknown>;
  logOf(stage: Stage): string;
  stop(): Promise<void>;
}

export interface Claims {
  readonly role: 'super_admin' | 'admin' | 'user' | 'analyst' | 'billing' | 'platform';
  readonly sub: string;
  readonly org?: string;
}

export const SECRET = 'a secret that only this test run knows';

/**
 * @param suite a word that names the suite in logs
 * @param variables environment of the processes, over the defaults
 */
export async function openPipeline(
  suite: string,
  variables: Record<string, string> = {},
): Promise<PipelineUnderTest> {
  const dataDir = mkdtempSync(join(runDataDir(), `${suite}-`));
  // As the local stack keeps it.
  const secretFile = join(dataDir, 'secret');
  writeFileSync(secretFile, `${SECRET}\n`, { mode: 0o600 });
  const port = await freePort();
  const namespace = openNamespace(suite);
  const servers: NamespaceSettings = { ...namespace.settings, ...variables };
  const env: Record<string, string> = {
    ...servers,
    UNKNOWN_ORGS: 'local',
    GATHER_MS: '500',
    SESSION_TIMEOUT_MS: '2000',
    JWT_SECRET_FILE: secretFile,
    PORT: String(port),
    DATA_DIR: dataDir,
    ...variables,
  };
  const kafka = connectKafka(servers, suite, createLogger('test', 'fatal'));
  const topics = topicNames(servers.TOPIC_PREFIX);
  await migrate(servers);
  await ensureTopics(kafka, topics, 4);
  const client = connectClickHouse(servers, suite);
  const children = new Map<Stage, ChildProcess>();
  const url = `http://127.0.0.1:${port}`;

  const logOf = (stage: Stage): string => readFileSync(join(dataDir, `${stage}.log`), 'utf8');

  async function end(stage: Stage, signal: NodeJS.Signals): Promise<void> {
    const child = children.get(stage);
    children.delete(stage);
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await gone;
  }

  return {
    env,
    client,
    kafka,
    topics,
    dataDir,
    async start(stage, extra = {}) {
      const log = createWriteStream(join(dataDir, `${stage}.log`), { flags: 'a' });
      const child = spawn(process.execPath, [mainOf(stage)], {
        env: { ...PROGRAM_ENV, ...env, ...extra },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      child.stdout.pipe(log, { end: false });
      child.stderr.pipe(log, { end: false });
      children.set(stage, child);
      if (stage === 'api')
        await until('the API answers', async () => (await fetch(`${url}/healthz`)).ok, 60_000);
    },
    kill: (stage) => end(stage, 'SIGKILL'),
    async settled(timeoutMs = 90_000) {
      const timing = { sealDelayMs: MINUTE_MS, graceMs: 15 * MINUTE_MS };
      try {
        await untilSettled({ kafka, client, topics, timing, now: Date.now }, timeoutMs);
      } catch (error) {
        const ends = [...children.keys()].map((stage) => `${stage}: ${logOf(stage).slice(-1_500)}`);
        throw new Error(`The pipeline did not settle. The ends of its logs:\n${ends.join('\n')}`, {
          cause: error,
        });
      }
    },
    async get(path, claims) {
      const token = await signToken(Buffer.from(SECRET), claims, Date.now() + 600_000);
      const response = await fetch(url + path, { headers: { authorization: `Bearer ${token}` } });
      if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`);
      return response.json();
    },
    async send(method, path, body, claims) {
      const token = await signToken(Buffer.from(SECRET), claims, Date.now() + 600_000);
      const response = await fetch(url + path, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
      return JSON.parse(text);
    },
    logOf,
    async stop() {
      for (const stage of ['api', 'alerts', 'aggregator', 'consumer'] as const) await end(stage, 'SIGTERM');
      await client.close();
      await namespace.drop();
    },
  };
}
