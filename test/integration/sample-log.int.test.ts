import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { DAY_MS, HOUR_MS } from '../../schemas/time-units.ts';
import { select } from '../../platform/clickhouse/connect.ts';
import { startPrivateClickHouse, type PrivateClickHouse } from '../servers/private-clickhouse.ts';
import { openPipeline, type PipelineUnderTest } from './pipeline.ts';
import { until } from '../until.ts';
import { startReplay, type Summary } from './replay.ts';
import { countSample, SAMPLE_LOG, type CountedCall } from './sample-count.ts';

// Two of the eight that `npm start` replays: the same code paths in a quarter of the time.
const REPETITIONS = 2;
const sample = countSample();
const repetitionMs = Math.ceil(sample.spanMs / DAY_MS) * DAY_MS;

const CountRow = Type.Object({ count: Type.Integer() });

const Sums = { calls: Type.Integer(), credits: Type.Integer(), rejected: Type.Integer() };
const Usage = Type.Object({
  rows: Type.Array(Type.Object({ day: Type.String(), user: Type.String(), ...Sums })),
  total: Type.Object(Sums),
});
const LandedRow = Type.Object({
  org_id: Type.String(),
  user_id: Type.String(),
  day: Type.String(),
  ...Sums,
});
const parseUsage = (answer: unknown) => Value.Parse(Usage, answer);

interface Shifted extends CountedCall {
  readonly at: number;
}

/** Every call at its shifted time: the last line at the anchor, each repetition that many days earlier. */
function shifted(anchor: number): Shifted[] {
  return Array.from({ length: REPETITIONS }, (_, repetition) =>
    sample.calls.map((call) => ({
      ...call,
      at: call.loggedAt + anchor - sample.lastMs - repetition * repetitionMs,
    })),
  ).flat();
}

function sums(calls: readonly Shifted[]) {
  return {
    calls: calls.length,
    credits: calls.reduce((sum, { credits }) => sum + credits, 0),
    rejected: calls.filter(({ status }) => status === 429).length,
  };
}

function grouped(calls: readonly Shifted[], key: (call: Shifted) => string): Map<string, Shifted[]> {
  const groups = new Map<string, Shifted[]>();
  for (const call of calls) groups.set(key(call), [...(groups.get(key(call)) ?? []), call]);
  return groups;
}

const utcDate = (at: number): string => new Date(at).toISOString().slice(0, 10);
const keyOf = (org: string, day: string, user: string): string => JSON.stringify([org, day, user]);

/** The sums of each org, day and user: so per day, per user and per org too. */
function figuresOf(calls: readonly Shifted[]) {
  const groups = grouped(calls, ({ org, at, user }) => keyOf(org, utcDate(at), user));
  return Object.fromEntries([...groups].map(([key, group]) => [key, sums(group)]));
}

describe('the sample log through the whole pipeline, whose processes and ClickHouse are killed repeatedly', () => {
  let clickhouse: PrivateClickHouse;
  let pipeline: PipelineUnderTest;
  let summary: Summary;
  let calls: Shifted[];
  let byOrg: Map<string, Shifted[]>;

  beforeAll(async () => {
    clickhouse = await startPrivateClickHouse();
    pipeline = await openPipeline('sample', clickhouse.variables);
    await pipeline.start('consumer');
    await pipeline.start('aggregator');
    // An interrupted replay continues: killed once, then run again to its end.
    const args = [SAMPLE_LOG, '--laps', String(REPETITIONS), '--shift-to-now'];
    const interrupted = startReplay(pipeline.env, args);
    await until('the first rows land', async () => (await landedRows()) > 500, 60_000);
    interrupted.child.kill('SIGKILL');
    const running = startReplay(pipeline.env, args);
    const ended = () => running.child.exitCode !== null;
    for (let round = 0; round < 3; round += 1) {
      // Paused, so that something is left to publish and to land after every kill.
      running.child.kill('SIGSTOP');
      const before = await landedRows();
      await pipeline.kill('consumer');
      await pipeline.kill('aggregator');
      await clickhouse.kill();
      await clickhouse.restart();
      await pipeline.start('consumer');
      await pipeline.start('aggregator');
      running.child.kill('SIGCONT');
      await until('landing continues', async () => ended() || (await landedRows()) > before, 60_000);
    }
    summary = await running.summary;
    await pipeline.settled();
    await pipeline.start('api');
    calls = shifted(Date.parse(summary.anchor));
    byOrg = grouped(calls, ({ org }) => org);
  }, 180_000);

  afterAll(async () => {
    await pipeline.stop();
    await clickhouse.stop();
  });

  /** Rows of calls that have landed, every delivery counted. */
  async function landedRows(since = 0): Promise<number> {
    const [row] = await select(
      pipeline.client,
      CountRow,
      `SELECT sum(rows) AS count FROM landed_ranges
       WHERE topic = {topic:String} AND landed_at >= fromUnixTimestamp64Milli({since:Int64})`,
      { topic: pipeline.topics.calls, since },
    );
    return row?.count ?? 0;
  }

  const distinctEvents = async (): Promise<number> => {
    const [row] = await select(pipeline.client, CountRow, 'SELECT count() AS count FROM call_events FINAL');
    return row?.count ?? 0;
  };

  const get = (org: string, resource: string) =>
    pipeline.get(`/v1/orgs/${encodeURIComponent(org)}/${resource}`, { role: 'admin', sub: 'check', org });

  const busiest = (count: number) =>
    [...byOrg].toSorted(([, a], [, b]) => b.length - a.length).slice(0, count);

  /** As the API returns them, one organisation at a time. */
  async function expectEveryFigure(orgs: Iterable<[string, Shifted[]]>): Promise<void> {
    expect(await distinctEvents()).toBe(calls.length);
    const from = new Date(Math.min(...calls.map(({ at }) => at))).toISOString();
    const to = new Date(Math.max(...calls.map(({ at }) => at)) + 1).toISOString();
    const range = `from=${from}&to=${to}`;
    for (const [org, own] of orgs) {
      const { rows, total } = parseUsage(await get(org, `usage?${range}&group_by=day,user`));
      const found = rows.map(({ day, user, ...figures }) => [keyOf(org, day, user), figures]);
      expect(Object.fromEntries(found)).toEqual(figuresOf(own));
      expect(total).toEqual(sums(own));
    }
  }

  it('counts 9,999 events a repetition and reports the one malformed line', () => {
    expect(sample.malformed).toEqual([8_899]);
    expect(sample.calls).toHaveLength(9_999);
    expect(summary).toMatchObject({ lines: 10_000, calls: 9_999, events_published: 9_999 * REPETITIONS });
    expect(summary.malformed.map(({ line }) => line)).toEqual([8_899]);
  });

  it('equals the independent count per org, user and day: everything that landed', async () => {
    const rows = await select(
      pipeline.client,
      LandedRow,
      `SELECT org_id, user_id, toString(toDate(occurred_at)) AS day, count() AS calls, sum(credits) AS credits,
         countIf(status = 429) AS rejected
       FROM call_events FINAL GROUP BY org_id, user_id, day`,
    );
    const found = rows.map(({ org_id, user_id, day, ...figures }) => [keyOf(org_id, day, user_id), figures]);
    expect(Object.fromEntries(found)).toEqual(figuresOf(calls));
  });

  it('equals the independent count per org, user and day: the answers for the busiest and the least busy', async () => {
    const ranked = busiest(byOrg.size);
    await expectEveryFigure([...ranked.slice(0, 60), ...ranked.slice(-20)]);
  });

  it('shows the rolling 24 hours to the millisecond at any instant', async () => {
    for (const [org, own] of busiest(8)) {
      for (const age of [0, 1, 7 * HOUR_MS + 123_457, DAY_MS * 2.3]) {
        const at = Math.floor(Date.parse(summary.anchor) - age);
        const inWindow = own.filter((call) => call.at >= at - DAY_MS && call.at < at);
        const query = `at=${new Date(at).toISOString()}`;
        expect(await get(org, `credits?${query}`)).toMatchObject({
          included: 5_000,
          additional_limit: 10_000,
          used: sums(inWindow).credits,
        });
        const users = grouped(inWindow, ({ user }) => user);
        const expected = [...users].map(([user, group]) => ({
          user_id: user,
          calls: group.length,
          credits: sums(group).credits,
        }));
        expect(await get(org, `credits/users?${query}`)).toMatchObject({
          users: expect.arrayContaining(expected),
        });
      }
    }
  });

  it('closes every ended day with the charge of its independent count', async () => {
    for (const [org, own] of busiest(40)) {
      const today = utcDate(Date.now());
      const yesterday = utcDate(Date.now() - DAY_MS);
      const answer = await get(org, 'billing/days');
      const days = new Map(
        [...grouped(own, ({ at }) => utcDate(at))].map(([day, group]) => [day, sums(group).credits]),
      );
      expect(answer).toMatchObject({ days: expect.any(Array) });
      if (typeof answer !== 'object' || !answer || !('days' in answer) || !Array.isArray(answer.days))
        continue;
      expect(answer.days).toHaveLength(30);
      // Yesterday stays open for its grace of 15 minutes.
      const open = answer.days.filter(({ day, status }) => status === 'open' && day !== yesterday);
      expect(open.map(({ day }) => day)).toEqual([today]);
      for (const row of answer.days) {
        const used = days.get(row.day) ?? 0;
        // Calls replayed into a month whose statement was final stand beside the row.
        const known: unknown = { ...row, ...row.later };
        expect(known).toMatchObject({ used, additional_used: Math.max(0, used - 5_000) });
      }
    }
  });

  it('changes no figure when the same log is replayed again', async () => {
    await startReplay(pipeline.env, [SAMPLE_LOG, '--laps', String(REPETITIONS), '--shift-to-now']).summary;
    await pipeline.settled();
    await expectEveryFigure(busiest(20));
  }, 180_000);

  it('changes no figure when everything is redelivered to a new consumer group', async () => {
    await pipeline.kill('consumer');
    const [log] = await select(
      pipeline.client,
      CountRow,
      `SELECT sum(records) AS count FROM (SELECT max(last_offset) + 1 AS records FROM landed_ranges
         WHERE topic = {topic:String} GROUP BY partition)`,
      { topic: pipeline.topics.calls },
    );
    const since = Date.now();
    await pipeline.start('consumer', { CONSUMER_GROUP: 'another' });
    // Not a multiple of the rows that had landed: those count what was redelivered after each kill.
    const again = async (): Promise<boolean> => (await landedRows(since)) >= (log?.count ?? Infinity);
    await until('everything has landed once more', again, 60_000);
    await pipeline.settled();
    await expectEveryFigure(busiest(20));
  }, 180_000);
});
