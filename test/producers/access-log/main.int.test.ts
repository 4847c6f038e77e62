import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { connectKafka, ensureTopics } from '../../../platform/kafka/connect.ts';
import { createLogger } from '../../../platform/logging.ts';
import type { CallEvent } from '../../../schemas/call-event.ts';
import { projectRoot } from '../../../schemas/root.ts';
import { topicNames } from '../../../schemas/topics.ts';
import { runDataDir } from '../../servers/addresses.ts';
import { openNamespace, type Namespace } from '../../servers/namespace.ts';
import { readTopic } from '../read-topic.ts';
import { decode } from '../scripted-transport.ts';
import { PROGRAM_ENV } from '../../servers/program-env.ts';

const SAMPLE = join(projectRoot(), 'producers/access-log/sample/apache_access.log.gz');
const CALLS = 9_999;
const REPETITIONS = 2;

let namespace: Namespace;
let dataDir: string;
beforeEach(async () => {
  namespace = openNamespace('replay');
  dataDir = mkdtempSync(join(runDataDir(), 'replay-'));
  await ensureTopics(kafka(), topics(), 4);
});
afterEach(() => namespace.drop());

const kafka = () => connectKafka(namespace.settings, 'test', createLogger('test', 'fatal'));
const topics = () => topicNames(namespace.settings.TOPIC_PREFIX);

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** The program as `npm run replay` runs it. @param signal sent when it has reported its first progress */
async function replay(args: readonly string[], signal?: NodeJS.Signals, env: object = {}): Promise<Ended> {
  const main = join(projectRoot(), 'producers/access-log/main.ts');
  const child = spawn(process.execPath, [main, ...args], {
    env: { ...PROGRAM_ENV, ...namespace.settings, DATA_DIR: dataDir, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (text: Buffer) => {
    out += text.toString();
    // A second one would end it at once.
    if (signal && out.includes('"progress"') && !child.killed) child.kill(signal);
  });
  child.stderr.on('data', (text: Buffer) => (err += text.toString()));
  await once(child, 'close');
  return { code: child.exitCode, out, err };
}

async function publishedEvents(): Promise<CallEvent[]> {
  const records = await readTopic(kafka(), topics().calls);
  return records.map(({ value }) => decode(value ?? Buffer.alloc(0)));
}

describe('npm run replay', () => {
  it('continues after a kill and an interrupt, publishes every event, and repeats only under the same id', async () => {
    const args = [SAMPLE, '--laps', String(REPETITIONS), '--shift-to-now', '--json'];
    await replay(args, 'SIGKILL');
    let interrupted = await replay(args, 'SIGINT');
    // A test that was not run for a second sends it too late.
    for (let tries = 0; interrupted.code === 0 && tries < 5; tries += 1) {
      interrupted = await replay(args, 'SIGINT');
    }
    expect(interrupted).toMatchObject({ code: 1, err: expect.stringContaining('Run it again') });
    const { code, out } = await replay(args);
    expect(code).toBe(0);

    const result: unknown = JSON.parse(out.trim().split('\n').at(-1) ?? '');
    expect(result).toMatchObject({
      skipped: false,
      summary: {
        lines: 10_000,
        calls: CALLS,
        malformed: [{ line: 8_899 }],
        events_published: REPETITIONS * CALLS,
      },
    });
    expect(out).not.toContain('"events_published_before":0,');
    const events = await publishedEvents();
    const byId = new Map(events.map((event) => [event.event_id, event]));
    expect(byId.size).toBe(REPETITIONS * CALLS);
    expect(events.filter((event) => byId.get(event.event_id)?.user_id !== event.user_id)).toEqual([]);

    const again = await replay([...args, '--once']);
    expect(again.out).toContain('"skipped":true');
    expect(await publishedEvents()).toHaveLength(events.length);
  }, 180_000);

  it('publishes nothing of the sample as logged, and says what to do', async () => {
    const { code, err } = await replay([SAMPLE]);
    expect(code).toBe(1);
    expect(err).toMatch(/LATENESS_LIMIT_MS.*--shift-to-now/);
    expect(await publishedEvents()).toEqual([]);
  });

  it('reports that no Kafka answers, or that the topics are missing', async () => {
    const away = await replay([SAMPLE, '--shift-to-now'], undefined, { KAFKA_BROKERS: '127.0.0.1:1' });
    expect(away).toMatchObject({ code: 1, err: expect.stringContaining('No Kafka answers at 127.0.0.1:1') });
    const missing = await replay([SAMPLE, '--shift-to-now'], undefined, { TOPIC_PREFIX: 'no-such.' });
    expect(missing).toMatchObject({
      code: 1,
      err: expect.stringContaining('has no topic no-such.api-calls'),
    });
  });

  it('shows its usage if the arguments are wrong', async () => {
    expect(await replay([])).toMatchObject({ code: 2, err: expect.stringContaining('FILE is missing') });
    expect(await replay(['--help'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('--shift-to-now'),
    });
  });
});
