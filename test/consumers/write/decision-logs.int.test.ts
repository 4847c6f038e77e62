import avro from 'avsc';
import { Type } from 'typebox';
import { billingPeriodsOf, finalAt } from '../../../domain/calendar/billing-periods.ts';
import { calendarOf } from '../../../domain/calendar/calendar.ts';
import { readCharges } from '../../../store/charges/charges.ts';
import { closeDays } from '../../../aggregator/closing/close-days.ts';
import { createSettingsStore } from '../../../store/settings/store.ts';
import { connectClickHouse } from '../../../platform/clickhouse/connect.ts';
import { openLandedLog } from '../../../platform/landed-log.ts';
import { encodeDailyCharge, type DailyCharge } from '../../../schemas/daily-charge.ts';
import { projectFile } from '../../../schemas/root.ts';
import { encodeSettingsChange } from '../../../schemas/settings-change.ts';
import { callEvent, insertEvents, insertSettings } from '../../api/tables.ts';
import { killConsumers, startConsumer } from '../consumer-process.ts';
import { openLandingStack, type LandingStack } from '../landing-stack.ts';
import { until } from '../../until.ts';

let stack: LandingStack;
beforeAll(async () => {
  stack = await openLandingStack('logs');
  startConsumer(stack.settings);
});
afterAll(async () => {
  await killConsumers();
  await stack.close();
});

const charge: DailyCharge = {
  org_id: 'net-83',
  product: 'crm',
  day: '2026-05-03',
  revision: 1,
  day_from: Date.UTC(2026, 4, 2, 22),
  day_to: Date.UTC(2026, 4, 3, 22),
  calls: 120_000,
  used: 132_500,
  included: 52_500,
  additional_limit: 100_000,
  additional_used: 80_000,
  billed_credits: 80_000,
  over_limit: 0,
  amount: '6.8',
  delta_credits: -5,
  delta_amount: '-12345678901234567890.123456789012345678',
  currency: 'USD',
  price_book: '2020-09',
  billed_from: '2026-05-01',
  billed_to: '2026-06-01',
  closed_at: Date.UTC(2026, 4, 3, 22, 15),
  append_before: Date.UTC(2299, 0),
};

async function append(topic: string, values: readonly (Buffer | null)[]): Promise<number> {
  const messages = values.map((value) => ({ key: 'net-83', value }));
  const [answer] = await stack.producer.send({ topic, acks: -1, messages });
  return Number(answer?.baseOffset);
}

const Covered = Type.Object({ next: Type.Integer() });
async function untilLanded(topic: string, offset: number): Promise<void> {
  await until('the record has landed', async () => {
    const query = `SELECT max(last_offset) + 1 AS next FROM landed_ranges WHERE topic = '${topic}'`;
    return ((await stack.ask(Covered, query))[0]?.next ?? 0) > offset;
  });
}

const Charge = Type.Object({
  day: Type.String(),
  revision: Type.Integer(),
  calls: Type.Integer(),
  amount: Type.String(),
  delta: Type.String(),
  day_from: Type.Integer(),
  billed_to: Type.String(),
  kafka_offset: Type.Integer(),
});
const charges = () =>
  stack.ask(
    Charge,
    `SELECT toString(day) AS day, revision, calls, toString(amount) AS amount, toString(delta_amount) AS delta,
       toUnixTimestamp64Milli(day_from) AS day_from, toString(billed_to) AS billed_to, kafka_offset
     FROM daily_charges FINAL ORDER BY day, revision`,
  );
const Quarantined = Type.Object({ offset: Type.Integer(), reason: Type.String(), detail: Type.String() });
const deadLetters = (topic: string) =>
  stack.ask(
    Quarantined,
    `SELECT offset, reason, detail FROM quarantined FINAL WHERE topic = '${topic}' ORDER BY offset`,
  );

describe('the topic daily-charges', () => {
  const landed = {
    day: '2026-05-03',
    revision: 1,
    calls: 120_000,
    amount: '6.8',
    delta: charge.delta_amount,
    day_from: charge.day_from,
    billed_to: '2026-06-01',
    kafka_offset: 0,
  };

  it('lands exactly; of two records of a revision the first in the log is that revision', async () => {
    await untilLanded(
      stack.topics.dailyCharges,
      await append(stack.topics.dailyCharges, [encodeDailyCharge(charge)]),
    );
    const repeated = encodeDailyCharge({ ...charge, calls: 1, amount: '0' });
    const second = encodeDailyCharge({ ...charge, revision: 2, amount: '6.80007' });
    const offset = await append(stack.topics.dailyCharges, [repeated, second]);
    await untilLanded(stack.topics.dailyCharges, offset + 1);
    expect(await charges()).toEqual([landed, { ...landed, revision: 2, amount: '6.80007', kafka_offset: 2 }]);
  });

  it('lands records of the previous schema, which has no deadline', async () => {
    const schema: avro.schema.RecordType = JSON.parse(projectFile('schemas', 'daily-charge.avsc'));
    const before = avro.Type.forSchema({ ...schema, fields: schema.fields.slice(0, -1) });
    const header = Buffer.from('c3018d02fd5b5be74983', 'hex');
    const value = Buffer.concat([header, before.toBuffer({ ...charge, revision: 3 })]);
    await untilLanded(stack.topics.dailyCharges, await append(stack.topics.dailyCharges, [value]));
    expect((await charges()).at(-1)).toMatchObject({ ...landed, revision: 3, kafka_offset: 3 });
  });

  it('lands at once: the aggregator waits for its own records', async () => {
    const latencies: number[] = [];
    for (let revision = 10; revision < 20; revision += 1) {
      const started = performance.now();
      const offset = await append(stack.topics.dailyCharges, [encodeDailyCharge({ ...charge, revision })]);
      await untilLanded(stack.topics.dailyCharges, offset);
      latencies.push(performance.now() - started);
    }
    latencies.sort((one, other) => one - other);
    process.stdout.write(
      `append to landed: p50 ${latencies[5]?.toFixed(0)} ms, max ${latencies[9]?.toFixed(0)} ms\n`,
    );
    // Of the quickest one: a busy machine may take longer for any of the others.
    expect(latencies[0]).toBeLessThan(1_000);
  });

  it('quarantines records that are not charges or do not fit the table, and goes on', async () => {
    const bad: [Buffer | null, RegExp][] = [
      [Buffer.from('no charge'), /not a daily charge/],
      [null, /not a daily charge/],
      [encodeDailyCharge(charge).subarray(0, -1), /./],
      [encodeDailyCharge({ ...charge, amount: '1e3' }), /\/amount/],
      [encodeDailyCharge({ ...charge, amount: '0.1234567890123456789' }), /\/amount/],
      [encodeDailyCharge({ ...charge, used: -1 }), /\/used/],
      [encodeDailyCharge({ ...charge, revision: 0 }), /\/revision/],
      [encodeDailyCharge({ ...charge, day: '2026-02-30' }), /2026-02-30 is not a date/],
      [encodeDailyCharge({ ...charge, closed_at: 8e15 }), /\/closed_at/],
      [Buffer.from('c3018d02fd5b5be74983', 'hex'), /truncated/],
    ];
    const topic = stack.topics.dailyCharges;
    const before = await charges();
    const first = await append(
      topic,
      bad.map(([value]) => value),
    );
    await untilLanded(topic, first + bad.length - 1);
    const found = await deadLetters(topic);
    expect(found).toMatchObject(bad.map((_, index) => ({ offset: first + index, reason: 'not-a-charge' })));
    bad.forEach(([, detail], index) => expect(found[index]?.detail).toMatch(detail));
    expect(await charges()).toEqual(before);
  });
});

describe('the topic settings', () => {
  const change = {
    change_id: 'a-1',
    org_id: 'net-83',
    kind: 'org',
    product: '',
    value: '{"time_zone":"Europe/Rome"}',
    effective_at: Date.UTC(2026, 4, 3),
    recorded_by: 'ann',
    reason: 'moved, "quoted" ünï\n',
  };
  const Change = Type.Object({
    offset: Type.Integer(),
    value: Type.String(),
    reason: Type.String(),
    at: Type.Integer(),
  });

  it('lands in the order of the log, and quarantines records that are not changes', async () => {
    const { settings } = stack.topics;
    const values = [
      encodeSettingsChange(change),
      Buffer.from('x'),
      encodeSettingsChange({ ...change, effective_at: -1 }),
    ];
    const first = await append(settings, values);
    await untilLanded(settings, first + 2);
    const rows = await stack.ask(
      Change,
      `SELECT kafka_offset AS offset, value, reason, toUnixTimestamp64Milli(effective_at) AS at FROM settings_log FINAL`,
    );
    expect(rows).toEqual([
      { offset: first, value: change.value, reason: change.reason, at: change.effective_at },
    ]);
    expect(await deadLetters(settings)).toMatchObject([
      { offset: first + 1, reason: 'not-a-settings-change' },
      { offset: first + 2, reason: 'not-a-settings-change' },
    ]);
  });
});

describe('a charge that is appended when its statement is final', () => {
  it('does not land; the aggregator decides again, and the difference is an adjustment in the current period', async () => {
    const client = connectClickHouse(stack.settings, 'logs test');
    const { dailyCharges } = stack.topics;
    const log = openLandedLog(stack.kafka, client, dailyCharges, 30_000);
    await insertSettings(client, [
      { org: 'slept', value: { time_zone: 'UTC', billing_day: 1 } },
      { org: 'slept', product: 'crm', value: { edition: 'free', users: 1, additional_limit: 10_000 } },
    ]);
    const called = Date.now() - 70 * 86_400_000;
    await insertEvents(client, [callEvent({ org_id: 'slept', occurred_at: called, credits: 6_000 })]);
    const store = createSettingsStore(client, 'none');
    const org = (await store.refresh()).history('slept');
    const calendar = calendarOf(org?.timeZone ?? []);
    const periods = billingPeriodsOf(calendar, org?.billingDay ?? []);
    const day = calendar.dayAt(called);
    const final = finalAt(periods.periodOf(day.date));

    // The aggregator decided just before the statement became final, and stalled; Kafka appends by its own clock.
    const times = [final - 1];
    const now = () => times.shift() ?? Date.now();
    expect(await closeDays({ client, store, log, now }, [{ orgId: 'slept', day }], 0)).toBe(2);

    const { from, to } = periods.periodAt(Date.now());
    const own = {
      orgId: 'slept',
      product: 'crm',
      fromDate: day.date,
      toDate: to,
      closedFrom: 0,
      closedTo: 0,
    };
    expect(await readCharges(client, own)).toMatchObject([
      { day: day.date, revision: 1, used: 6_000, billed_from: from, billed_to: to },
    ]);
    expect((await deadLetters(dailyCharges)).at(-1)).toMatchObject({
      reason: 'charge-after-final',
      detail: expect.stringContaining(`final since ${new Date(final).toISOString()}`),
    });
    await Promise.all([log.close(), client.close()]);
  });
});
