import { createHash } from 'node:crypto';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Admin, Kafka, Message, Producer } from 'kafkajs';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { planErasure } from '../../../aggregator/erasing/person.ts';
import { backupCommand } from '../../../cli/backup/backup-command.ts';
import { restoreCommand } from '../../../cli/backup/restore-command.ts';
import { readTopicConfig } from '../../../cli/backup/topic-state.ts';
import { connectClickHouse, type ClickHouseClient } from '../../../platform/clickhouse/connect.ts';
import { migrate } from '../../../platform/clickhouse/migrate.ts';
import { connectKafka, ensureTopics } from '../../../platform/kafka/connect.ts';
import { createLogger } from '../../../platform/logging.ts';
import { topicNames, type Topics } from '../../../schemas/topics.ts';
import { advance, readPositions } from '../../../store/alerts/progress.ts';
import { readErasures, recordErasure } from '../../../store/erasures/log.ts';
import { adoptBundledRelease } from '../../../store/zone-releases.ts';
import { openNamespace, type Namespace } from '../../servers/namespace.ts';
import { until } from '../../until.ts';

/** What is written and read here is any bytes; test/integration/backup.int.test.ts has settings and charges. */
const dirs = mkdtempSync(join(tmpdir(), 'api-credits-backup-'));
const BACKUP = join(dirs, 'backup');
const source = openNamespace('backup');
const target = openNamespace('restore');
const topics = topicNames(source.settings.TOPIC_PREFIX);
const restored = topicNames(target.settings.TOPIC_PREFIX);
const variables = ({ settings }: Namespace) => ({ ...settings });

let kafka: Kafka;
let admin: Admin;
let client: ClickHouseClient;
beforeAll(async () => {
  kafka = connectKafka(source.settings, 'test-backup', createLogger('backup', 'fatal'));
  admin = kafka.admin();
  client = connectClickHouse(source.settings, 'backup test');
  await Promise.all([migrate(source.settings), admin.connect()]);
  await ensureTopics(kafka, topics, 2);
  await fillSource();
  await backupCommand([BACKUP], variables(source));
}, 60_000);
afterAll(async () => {
  await Promise.all([admin.disconnect(), client.close()]);
  await Promise.all([source.drop(), target.drop()]);
  rmSync(dirs, { recursive: true });
});

/** Gaps of every kind: deleted records before the first, markers of commits and aborts, aborted records. */
async function fillSource(): Promise<void> {
  const plain = kafka.producer();
  const transactional = kafka.producer({
    transactionalId: `${topics.settings}-test`,
    idempotent: true,
    maxInFlightRequests: 1,
  });
  await Promise.all([plain.connect(), transactional.connect()]);
  const send = (topic: string, ...messages: Message[]) => plain.send({ topic, acks: -1, messages });
  const { settings, dailyCharges, alerts, writerSchemas } = topics;

  await send(settings, text('deleted'), text('deleted too'), text('first'), { key: null, value: null });
  // kafkajs deletes records of topics that it has looked at.
  expect(await endOf(settings)).toBe(4);
  await admin.deleteTopicRecords({ topic: settings, partitions: [{ partition: 0, offset: '2' }] });
  await inTransaction(transactional, settings, [text('committed')], 'commit', 6);
  await inTransaction(transactional, settings, [text('never'), text('never')], 'abort', 9);
  await send(settings, { ...text('with headers'), headers: { trace: 'a b', empty: '' } });
  await inTransaction(transactional, settings, [text('committed, too'), text('last')], 'commit', 13);

  await inTransaction(transactional, dailyCharges, [text('never')], 'abort', 2);

  await send(alerts, text('raised'));
  await client.command({
    query: `INSERT INTO alert_log (kafka_offset, appended_at, org_id, kind) VALUES
      (0, now(), 'acme', 'raised'), (0, now(), 'older', 'raised'), (1, now(), 'acme', 'resolved')`,
  });
  await client.command({
    query: `INSERT INTO alert_attempts (org_id, kafka_offset, round, attempted_at) VALUES
      ('acme', 0, 0, now()), ('acme', 0, 1, now()), ('acme', 1, 1, now())`,
  });
  await advance(client, 'deliveries', 0);

  await send(writerSchemas, text('old', 'key'), text('other', 'other'), text('new', 'key'));
  await inTransaction(transactional, writerSchemas, [text('of a publisher that died', 'x')], 'abort', 5);
  await Promise.all([plain.disconnect(), transactional.disconnect()]);

  const plan = { now: Date.now(), futureMs: 0, keepMs: 86_400_000 };
  await recordErasure(client, planErasure([], 'acme', 'ann', plan));
  await adoptBundledRelease(client, Date.now());
}

const text = (value: string, key = 'acme'): Message => ({ key, value });

async function inTransaction(
  producer: Producer,
  topic: string,
  messages: Message[],
  outcome: 'commit' | 'abort',
  end: number,
): Promise<void> {
  const transaction = await producer.transaction();
  await transaction.send({ topic, acks: -1, messages });
  await transaction[outcome]();
  await until(`the marker is in ${topic}`, async () => (await endOf(topic)) === end);
}

const endOf = async (topic: string): Promise<number> =>
  Number((await admin.fetchTopicOffsets(topic))[0]?.high);

const linesOf = (dir: string, name: string): string[] =>
  gunzipSync(readFileSync(join(dir, `${name}.ndjson.gz`)))
    .toString()
    .split('\n')
    .slice(0, -1);

const Line = Type.Object({ offset: Type.Integer(), value: Type.Union([Type.String(), Type.Null()]) });
const recordsOf = (dir: string, name: string) =>
  linesOf(dir, name).map((line) => {
    const { offset, value } = Value.Parse(Line, JSON.parse(line));
    return [offset, value === null ? null : Buffer.from(value, 'base64').toString()];
  });

const Manifest = Type.Object({
  topics: Type.Array(
    Type.Object({ topic: Type.String(), file: Type.String(), bytes: Type.Integer(), sha256: Type.String() }),
  ),
});

/** A copy of the backup, in which a file has other lines and the manifest agrees. */
function forged(name: string, file: string, lines: string): string {
  const dir = join(dirs, name);
  cpSync(BACKUP, dir, { recursive: true });
  const bytes = gzipSync(lines);
  writeFileSync(join(dir, file), bytes);
  const manifest: unknown = JSON.parse(readFileSync(join(dir, 'manifest.json'), 'utf8'));
  if (!Value.Check(Manifest, manifest)) throw new Error('no manifest');
  for (const entry of manifest.topics.filter((each) => each.file === file)) {
    entry.bytes = bytes.length;
    entry.sha256 = createHash('sha256').update(bytes).digest('hex');
  }
  writeFileSync(join(dir, 'manifest.json'), JSON.stringify(manifest));
  return dir;
}

describe('a backup', () => {
  it('has every record that consumers see, with its offset, and nothing that they do not', () => {
    expect(recordsOf(BACKUP, 'settings')).toEqual([
      [2, 'first'],
      [3, null],
      [4, 'committed'],
      [9, 'with headers'],
      [10, 'committed, too'],
      [11, 'last'],
    ]);
    expect(recordsOf(BACKUP, 'daily-charges')).toEqual([]);
    // Writer schemas are read in whatever transaction they are.
    expect(recordsOf(BACKUP, 'api-calls.schemas').map(([, value]) => value)).toEqual([
      'old',
      'other',
      'new',
      'of a publisher that died',
    ]);
    expect(linesOf(BACKUP, 'erasures')).toEqual([expect.stringContaining('"org_id":"acme"')]);
  });

  it('says in its manifest what it has', () => {
    const manifest: unknown = JSON.parse(readFileSync(join(BACKUP, 'manifest.json'), 'utf8'));
    expect(manifest).toMatchObject({
      format: 1,
      topic_prefix: source.settings.TOPIC_PREFIX,
      topics: [
        { topic: 'alerts', records: 1, end_offset: 1 },
        { topic: 'daily-charges', records: 0, start_offset: 0, end_offset: 2, first_offset: null },
        {
          topic: 'settings',
          records: 6,
          start_offset: 2,
          end_offset: 13,
          first_offset: 2,
          last_offset: 11,
          config: { 'message.timestamp.type': 'LogAppendTime', 'retention.ms': '-1' },
        },
        { topic: 'api-calls.schemas', records: 4, config: { 'cleanup.policy': 'compact' } },
      ],
      tables: [
        { table: 'alert_progress', rows: 1 },
        { table: 'erasures', rows: 1 },
        { table: 'zone_releases', rows: 1 },
        // Without what came after the end of the topic.
        { table: 'alert_log', rows: 2 },
        { table: 'alert_attempts', rows: 1 },
      ],
    });
  });

  it('can be read by its user alone', () => {
    const modes = readdirSync(BACKUP).map((file) => statSync(join(BACKUP, file)).mode & 0o777);
    expect(modes).toEqual(Array.from({ length: 10 }, () => 0o600));
    expect(statSync(BACKUP).mode & 0o777).toBe(0o700);
  });

  it('is not written into a directory that exists, nor of topics that do not', async () => {
    await expect(backupCommand([BACKUP], variables(source))).rejects.toThrow(
      'it exists): name a directory that does not exist',
    );
    const elsewhere = { ...variables(source), TOPIC_PREFIX: 'nothing-here.' };
    await expect(backupCommand([join(dirs, 'none')], elsewhere)).rejects.toThrow(
      'Kafka has no topic nothing-here.alerts',
    );
    await expect(backupCommand([], variables(source))).rejects.toThrow('Name one new directory.');
  });
});

describe('a restore', () => {
  it('rejects what is no backup, or a damaged one', async () => {
    const without = join(dirs, 'without');
    mkdirSync(without);
    await expect(restoreCommand([without], variables(target))).rejects.toThrow(
      'has no manifest.json that can be read',
    );
    const damaged = join(dirs, 'damaged');
    cpSync(BACKUP, damaged, { recursive: true });
    const file = join(damaged, 'settings.ndjson.gz');
    const bytes = readFileSync(file);
    bytes[20] = (bytes[20] ?? 0) ^ 1;
    writeFileSync(file, bytes);
    await expect(restoreCommand([damaged], variables(target))).rejects.toThrow(
      'settings.ndjson.gz is not as it was written',
    );
    rmSync(file);
    await expect(restoreCommand([damaged], variables(target))).rejects.toThrow('cannot be read');
    writeFileSync(join(damaged, 'manifest.json'), '{"format":2}');
    await expect(restoreCommand([damaged], variables(target))).rejects.toThrow('is not of format 1');
  });

  it('needs the tables', async () => {
    await expect(restoreCommand([BACKUP], variables(target))).rejects.toThrow('run "npm run migrate" first');
  });

  it('that did not end is recognised, and repeated after its topics are deleted', async () => {
    await migrate(target.settings);
    const broken = forged('broken', 'settings.ndjson.gz', '{"offset":4}\n');
    await expect(restoreCommand([broken], variables(target))).rejects.toThrow(
      new RegExp(`The restore did not end: .*Delete those that exist.*--topic ${restored.settings}`, 's'),
    );
    await expect(restoreCommand([BACKUP], variables(target))).rejects.toThrow(
      `topic ${restored.dailyCharges}: 1 partition(s), end offset 2, of a restore that did not end: delete it`,
    );
    const made = await topicsOfTarget();
    await admin.deleteTopics({ topics: made });
    await until('the topics are gone', async () => (await topicsOfTarget()).length === 0);
    expect(await restoreCommand([BACKUP], variables(target))).toContain('every record was compared with it');
  }, 60_000);

  it('gives every record its bytes, headers, append time and offset again, and every row', async () => {
    const again = join(dirs, 'again');
    await backupCommand([again], variables(target));
    for (const name of ['settings', 'daily-charges', 'alerts', 'erasures', 'zone_releases', 'alert_log']) {
      expect(linesOf(again, name)).toEqual(linesOf(BACKUP, name));
    }
    expect(recordsOf(again, 'api-calls.schemas').map(([, value]) => value)).toEqual(
      recordsOf(BACKUP, 'api-calls.schemas').map(([, value]) => value),
    );
    expect(await endOf(restored.settings)).toBe(13);
    expect(await endOf(restored.dailyCharges)).toBe(2);
    const there = connectClickHouse(target.settings, 'restore test');
    expect(await readErasures(there)).toEqual(await readErasures(client));
    expect(linesOf(again, 'alert_attempts')).toEqual(linesOf(BACKUP, 'alert_attempts'));
    // The delivery that began after the position was read is not begun again.
    expect(await readPositions(there)).toEqual({ deliveries: 1 });
    await there.close();
  }, 60_000);

  it('leaves topics as npm run topics creates them', async () => {
    expect(new Set(await topicsOfTarget())).toEqual(new Set(Object.values(restored)));
    const names: (keyof Topics)[] = ['settings', 'dailyCharges', 'alerts', 'writerSchemas'];
    for (const name of names) {
      const config = await readTopicConfig(admin, restored[name]);
      expect(config).toEqual({ ...(await readTopicConfig(admin, topics[name])), 'min.insync.replicas': '1' });
      expect(config['message.timestamp.type']).toBe('LogAppendTime');
    }
  });

  it('does not touch topics with records', async () => {
    const rejected = restoreCommand([BACKUP], variables(target));
    await expect(rejected).rejects.toThrow(/Nothing was restored.*Restore under another TOPIC_PREFIX/s);
    await expect(rejected).rejects.toThrow(`topic ${restored.settings}: 1 partition(s), end offset 13\n`);
  });

  it('does not meet a ClickHouse that is newer than the backup', async () => {
    const newer = openNamespace('newer');
    try {
      await migrate(newer.settings);
      const there = connectClickHouse(newer.settings, 'newer test');
      await there.command({ query: 'INSERT INTO settings_log (kafka_offset) VALUES (12), (13)' });
      await adoptBundledRelease(there, Date.now());
      await there.close();
      const env = { ...variables(newer), TOPIC_PREFIX: newer.settings.TOPIC_PREFIX };
      await expect(restoreCommand([BACKUP], env)).rejects.toThrow(
        'table settings_log: a row of offset 13, and the backup ends before 13',
      );
    } finally {
      await newer.drop();
    }
  }, 60_000);

  it('explains itself', async () => {
    expect(await restoreCommand(['--help'], {})).toContain('npm run restore -- DIR');
    expect(await backupCommand(['--help'], {})).toContain('npm run backup -- DIR');
    await expect(restoreCommand([], {})).rejects.toThrow('Name the directory of one backup.');
  });
});

const topicsOfTarget = async (): Promise<string[]> =>
  (await admin.listTopics()).filter((topic) => topic.startsWith(target.settings.TOPIC_PREFIX));
