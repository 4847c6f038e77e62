import { Type } from 'typebox';
import { readRecentRecords } from '../../store/progress/invalid-records.ts';
import { connectClickHouse } from '../../platform/clickhouse/connect.ts';
import { until } from '../until.ts';
import { killConsumers, startConsumer } from './consumer-process.ts';
import { eventOf } from './event.ts';
import { openLandingStack, type LandingStack } from './landing-stack.ts';
import { encodeCallEvent } from '../../schemas/call-event.ts';

let stack: LandingStack;
beforeAll(async () => {
  stack = await openLandingStack('wave');
});
afterAll(async () => {
  await killConsumers();
  await stack.close();
});

const Count = Type.Object({ count: Type.Integer() });
const quarantined = async (): Promise<number> =>
  (await stack.ask(Count, 'SELECT count() AS count FROM quarantined FINAL'))[0]?.count ?? 0;
const junk = (count: number): Buffer[] => Array.from({ length: count }, () => Buffer.from('junk'));

it('a wave of invalid records stops intake by choice, and is seen by the API’s alert', async () => {
  const limits = { INVALID_PERCENT_LIMIT: '10', INVALID_RECORDS_LIMIT: '200', ON_INVALID_WAVE: 'stop' };
  const consumer = startConsumer({ ...stack.settings, ...limits });
  await stack.publishBytes(0, junk(200));
  await until('the wave is seen', () => consumer.log().includes('intake has stopped'));
  await until('and what was fetched is quarantined', async () => (await quarantined()) === 200);
  const last = encodeCallEvent(eventOf({ occurred_at: Date.now(), org_id: 'behind' }));
  await stack.publishBytes(0, [...junk(300), last]);
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  expect(await quarantined()).toBe(200);
  expect(await stack.figures()).toMatchObject({ calls: 0 });

  const client = connectClickHouse(stack.settings, 'wave test');
  const recent = await readRecentRecords(client, stack.topics.calls, Date.now());
  await client.close();
  expect(recent).toEqual({ records: 200, invalid: 200 });

  // The operator has looked, and lets them pass.
  await consumer.stop();
  startConsumer(stack.settings);
  await stack.untilLanded();
  expect(await quarantined()).toBe(500);
  expect(await stack.figures()).toMatchObject({ calls: 1 });
});
