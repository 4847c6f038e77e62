import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import avro from 'avsc';
import { Type } from 'typebox';
import { deadLetterCommand } from '../../cli/dead-letter-command.ts';
import { readLogFacts } from '../../api/reconciliation/log.ts';
import { connectClickHouse, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { fingerprint, singleObjectHeader } from '../../schemas/avro.ts';
import { callEventSchemaJson, encodeCallEvent } from '../../schemas/call-event.ts';
import { formatPlace } from '../../schemas/dead-letter.ts';
import { projectRoot } from '../../schemas/root.ts';
import { DAY_MS } from '../../schemas/time-units.ts';
import type { DeadLetterRow } from '../../store/dead-letters/dead-letter.ts';
import { listDeadLetters } from '../../store/dead-letters/read.ts';
import { killConsumers, startConsumer, type ConsumerProcess } from '../consumers/consumer-process.ts';
import { eventOf } from '../consumers/event.ts';
import { openLandingStack, type LandingStack } from '../consumers/landing-stack.ts';
import { until } from '../until.ts';
import { PROGRAM_ENV } from '../servers/program-env.ts';

let stack: LandingStack;
let client: ClickHouseClient;
let consumer: ConsumerProcess;
const dir = mkdtempSync(join(tmpdir(), 'api-credits-dead-letters-'));
beforeAll(async () => {
  stack = await openLandingStack('letters');
  client = connectClickHouse(stack.settings, 'dead letters test');
  consumer = startConsumer(stack.settings);
});
afterAll(async () => {
  await killConsumers();
  await client.close();
  await stack.close();
  rmSync(dir, { recursive: true });
});

const PROGRAM = join(projectRoot(), 'cli/dead-letters.ts');
const environment = (more: Record<string, string> = {}) => ({
  ...PROGRAM_ENV,
  ...stack.settings,
  ...more,
});

/** `npm run letters -- ARGUMENTS`, in this process: a program takes seconds to start on a busy machine. */
const letters = (args: readonly string[], more?: Record<string, string>): Promise<string> =>
  deadLetterCommand(args, environment(more));

const listed = (filters: Parameters<typeof listDeadLetters>[1]['filters'] = {}): Promise<DeadLetterRow[]> =>
  listDeadLetters(client, { filters, after: undefined, limit: 10_000 });
const only = async (filters: Parameters<typeof listed>[0]): Promise<DeadLetterRow> => {
  const [row, ...others] = await listed(filters);
  if (!row || others.length > 0) throw new Error(`${others.length} further dead letters`);
  return row;
};

const Usage = Type.Object({ calls: Type.Integer(), credits: Type.Integer() });
const usageOf = async (org: string) =>
  (
    await stack.ask(
      Usage,
      `SELECT count() AS calls, sum(credits) AS credits FROM call_events FINAL WHERE org_id = '${org}'`,
    )
  )[0];

/** Another publisher's schema: one more field, of the given name. */
function schemaWith(field: string) {
  const { fields, ...record }: { fields: object[] } = JSON.parse(callEventSchemaJson);
  const json = JSON.stringify({ ...record, fields: [...fields, { name: field, type: 'string' }] });
  const schema: avro.Schema = JSON.parse(json);
  const type = avro.Type.forSchema(schema);
  return {
    encode: (event: ReturnType<typeof eventOf>): Buffer => {
      const event_id = Buffer.from(event.event_id.replaceAll('-', ''), 'hex');
      return Buffer.concat([singleObjectHeader(type), type.toBuffer({ ...event, event_id, [field]: 'eu' })]);
    },
    register: () =>
      stack.producer.send({
        topic: stack.topics.writerSchemas,
        acks: -1,
        messages: [{ key: fingerprint(type).toString('hex'), value: json }],
      }),
  };
}

const unpublished = (org_id: string, count: number) =>
  Array.from({ length: count }, (_, index) =>
    eventOf({ occurred_at: Date.now(), org_id, credits: 3 }, `${org_id} ${index}`),
  );

describe('a dead letter of an unknown schema', () => {
  it('would count once the schema is published, and counts once although it is replayed again and again', async () => {
    const schema = schemaWith('region');
    await stack.publishBytes(0, unpublished('other', 1).map(schema.encode), 'other');
    await stack.untilLanded();
    expect(await letters(['check'])).toMatch(
      /1 dead letter\(s\) checked: 0 would count now.*1 {2}unknown-schema/s,
    );
    expect(await letters(['replay', '--countable'])).toMatch(/Nothing was replayed/);

    await schema.register();
    expect(await letters(['check'])).toMatch(/: 1 would count now.*1 {2}unknown-schema.*replay --countable/s);
    const { state, ...place } = await only({ org: 'other' });
    expect(state).toBe('open');
    expect(await letters(['show', formatPlace(place)])).toMatch(
      /counts now +yes.*org_id +"other".*region +"eu"/s,
    );

    expect(await letters(['replay', '--countable'])).toMatch(/1 dead letter\(s\) published again.*\n1 count/);
    expect(await only({ org: 'other' })).toMatchObject({
      state: 'counted',
      replays: 1,
      replayed_as: { reason: '' },
    });
    // By its id it can be replayed in any state.
    expect(await letters(['replay', formatPlace(place)])).toMatch(/\n1 count/);
    expect(await only({ org: 'other' })).toMatchObject({ state: 'counted', replays: 2 });
    expect(await usageOf('other')).toEqual({ calls: 1, credits: 3 });
    expect(await letters(['check'])).toMatch(/No dead letters match/);
  }, 120_000);

  it('counts once although the replay and the consumer are killed in the middle, and two replays run at once', async () => {
    const schema = schemaWith('zone');
    const count = 2_500;
    await stack.publishBytes(1, unpublished('killed', count).map(schema.encode), 'killed');
    await stack.untilLanded();
    await schema.register();
    const before = [...(await stack.ends()).values()].reduce((sum, end) => sum + end, 0);
    const replay = spawn(process.execPath, [PROGRAM, 'replay', '--countable'], {
      env: environment(),
      stdio: 'ignore',
    });
    const ended = new Promise((resolve) => void replay.once('exit', resolve));
    await until('some are published', async () => {
      const ends = [...(await stack.ends()).values()].reduce((sum, end) => sum + end, 0);
      return ends > before;
    });
    replay.kill('SIGKILL');
    await Promise.all([ended, consumer.kill()]);
    consumer = startConsumer(stack.settings);
    await Promise.all([letters(['replay', '--org', 'killed']), letters(['replay', '--countable'])]);
    await stack.untilLanded();
    expect(await usageOf('killed')).toEqual({ calls: count, credits: 3 * count });
    expect(await listed({ org: 'killed', state: 'counted' })).toHaveLength(count);
    expect(await listed({ state: 'open' })).toEqual([]);
  }, 120_000);
});

describe('a dead letter that is rejected again', () => {
  it('says so, and names the new one, which names it', async () => {
    const late = eventOf({ occurred_at: Date.now() - 36 * DAY_MS, org_id: 'late', credits: 5 });
    await stack.publishBytes(2, [encodeCallEvent(late)], 'late');
    await stack.untilLanded();
    const first = await only({ org: 'late' });
    expect(await letters(['replay', '--reason', 'too-late'])).toMatch(
      /\n0 count.*\n1 were quarantined again, because of:\n +1 {2}too-late/,
    );
    const again = await only({ org: 'late', state: 'open' });
    expect(again.replay_of).toBe(formatPlace(first));
    const { topic, partition, offset } = again;
    expect(await only({ org: 'late', state: 'quarantined-again' })).toMatchObject({
      offset: first.offset,
      replayed_as: { topic, partition, offset, reason: 'too-late' },
    });
    const shown = await letters(['show', formatPlace(first)]);
    expect(shown).toContain(`as ${formatPlace(again)}, quarantined again: too-late`);
    expect(shown).toContain('LATENESS_LIMIT_MS');
    expect(await usageOf('late')).toMatchObject({ calls: 0 });
  }, 60_000);

  it('counts after a backfill’s larger limit: the last one of them, once', async () => {
    const limit = { LATENESS_LIMIT_MS: String(40 * DAY_MS), RETENTION_DAYS: '500' };
    expect(await letters(['check', '--org', 'late'], limit)).toMatch(/: 1 would count now/);
    await consumer.stop();
    consumer = startConsumer({ ...stack.settings, ...limit });
    expect(await letters(['replay', '--countable', '--org', 'late'], limit)).toMatch(/\n1 count/);
    expect(await usageOf('late')).toEqual({ calls: 1, credits: 5 });
    expect((await listed({ org: 'late' })).map(({ state }) => state)).toEqual([
      'counted',
      'quarantined-again',
    ]);
  }, 60_000);
});

/** The ids in a list. */
const idsOf = (text: string) => [...text.matchAll(/Z {2}(\S+\/\d+\/\d+) /g)].map(([, each]) => each);

describe('any dead letter', () => {
  it('is shown with its bytes, and its fields up to where reading stopped', async () => {
    const event = encodeCallEvent(eventOf({ occurred_at: Date.now(), org_id: 'torn' }));
    await stack.publishBytes(0, [event.subarray(0, 60), null, Buffer.from('{"json":true}')], 'torn');
    await stack.untilLanded();
    const rows = (await listed({ org: 'torn' })).toReversed();
    const [torn, empty, json] = await Promise.all(rows.map((row) => letters(['show', formatPlace(row)])));
    expect(torn).toMatch(
      /event_id +"[\da-f-]{36}".*product +"crm"\n.*reading stopped: .* is cut off at byte/s,
    );
    expect(torn).toContain(event.subarray(0, 16).toString('hex').replaceAll(/(..)/g, '$1 ').trim());
    expect(empty).toMatch(/key: "torn"\nvalue: null/);
    expect(json).toMatch(/encoding: unknown.*\{"json":true\}/s);
  }, 60_000);

  it('is exported with its bytes, to a new file only', async () => {
    const file = join(dir, 'torn.ndjson');
    expect(await letters(['export', '--org', 'torn', '--file', file])).toBe(
      `3 dead letter(s) written to ${file}`,
    );
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    const values = lines.map((line) => {
      const { value_base64: value }: { value_base64: string | null } = JSON.parse(line);
      return value;
    });
    expect(values[1]).toBeNull();
    expect(Buffer.from(values[2] ?? '', 'base64').toString()).toBe('{"json":true}');
    await expect(letters(['export', '--file', file])).rejects.toThrow(/exists and was not changed/);
  }, 60_000);

  it('is listed page by page, the newest first', async () => {
    const first = await letters(['list', '--org', 'torn', '--limit', '2']);
    const [, id = ''] = /older ones: --after (\S+)/.exec(first) ?? [];
    const second = await letters(['list', '--org', 'torn', '--after', id]);
    expect([...idsOf(first), ...idsOf(second)]).toEqual(
      (await listed({ org: 'torn' })).map((row) => formatPlace(row)),
    );
  }, 60_000);

  it('leaves reconciliation closed, replayed or not', async () => {
    await stack.untilLanded();
    const { differences, landed, published, quarantined } = await readLogFacts(client, stack.topics.calls);
    expect(differences).toEqual([]);
    expect(landed).toBe(published);
    expect(quarantined.reduce((sum, { records }) => sum + records, 0)).toBe((await listed()).length);
  });
});
