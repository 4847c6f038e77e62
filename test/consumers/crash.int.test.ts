import { Type } from 'typebox';
import { startPrivateClickHouse, type PrivateClickHouse } from '../servers/private-clickhouse.ts';
import { killConsumers, startConsumer } from './consumer-process.ts';
import { eventOf } from './event.ts';
import { openLandingStack, PARTITIONS, type LandingStack } from './landing-stack.ts';
import { until } from '../until.ts';

/** How many events are published between one kill and the next, so that there is always something left to land. */
const CHUNK = 3_000;
const BATCH = 500;
const ENOUGH = 1_000;
const START_MS = Date.now();

let clickhouse: PrivateClickHouse;
let stack: LandingStack;
beforeAll(async () => {
  clickhouse = await startPrivateClickHouse();
  stack = await openLandingStack('crash', clickhouse);
});
afterAll(async () => {
  await killConsumers();
  await stack.close();
  await clickhouse.stop();
});

const Figures = Type.Object({ calls: Type.Integer(), credits: Type.Integer(), bad: Type.Integer() });
const figures = async () =>
  (
    await stack.ask(
      Figures,
      `SELECT count() AS calls, sum(credits) AS credits, (SELECT count() FROM quarantined FINAL) AS bad
       FROM call_events FINAL`,
    )
  )[0];
const Rows = Type.Object({ rows: Type.Integer() });
const landedRows = async () =>
  (await stack.ask(Rows, 'SELECT sum(rows) AS rows FROM landed_ranges'))[0]?.rows ?? 0;

describe('kill -9', () => {
  it('of the consumer and of ClickHouse in the middle, several times, loses nothing and counts nothing twice', async () => {
    let events = 0;
    let credits = 0;
    let bad = 0;
    async function publishChunk(): Promise<void> {
      for (const end = events + CHUNK; events < end; events += BATCH) {
        const batch = Array.from({ length: BATCH }, (_, step) =>
          eventOf({ occurred_at: START_MS - step, credits: step % 50 }, events + step),
        );
        credits += batch.reduce((sum, event) => sum + event.credits, 0);
        const partition = (events / BATCH) % PARTITIONS;
        await stack.publish(partition, batch);
        await stack.publishBytes(partition, [Buffer.from('not an event')]);
        bad += 1;
      }
    }
    let publishing = publishChunk();
    async function landingGoesOn(): Promise<void> {
      const before = await landedRows();
      publishing = publishing.then(publishChunk);
      await until('landing goes on', async () => (await landedRows()) > before + ENOUGH);
    }

    // Small batches, so that there are many moments between insert, range and commit.
    const settings = { ...stack.settings, BATCH_ROWS: '700', BATCH_LINGER_MS: '10' };
    let consumer = startConsumer(settings);
    for (let round = 0; round < 3; round += 1) {
      await landingGoesOn();
      await clickhouse.kill();
      // While ClickHouse is away the consumer keeps what it has; the second round kills that one too.
      if (round === 1) await consumer.kill();
      await clickhouse.restart();
      if (round === 1) consumer = startConsumer(settings);
      await landingGoesOn();
      if (round === 2) {
        await consumer.kill();
        consumer = startConsumer(settings);
      }
    }
    await publishing;
    await until('every event has landed', async () => (await figures())?.calls === events, 60_000);
    await until('every dead letter is recorded', async () => (await figures())?.bad === bad);
    expect(await figures()).toEqual({ calls: events, credits, bad });
    // The one that was killed may have landed everything before this one was up.
    await until('the last consumer runs', () => consumer.log().includes('partitions assigned'));
    expect((await consumer.stop()).code).toBe(0);

    // And a redelivery of the whole topic on top.
    const stored = await landedRows();
    const fresh = startConsumer({ ...stack.settings, CONSUMER_GROUP: 'fresh' });
    await until('all rows came again', async () => (await landedRows()) >= stored + events, 60_000);
    expect(await figures()).toEqual({ calls: events, credits, bad });
    expect((await fresh.stop()).code).toBe(0);
  }, 180_000);
});

describe('a stop while ClickHouse is away', () => {
  it('gives up after STOP_TIMEOUT_MS with exit code 1, and the next consumer lands what was left', async () => {
    const settings = { ...stack.settings, CONSUMER_GROUP: 'fresh' };
    const before = await figures();
    const consumer = startConsumer({ ...settings, STOP_TIMEOUT_MS: '1000' });
    await until('it runs', () => consumer.log().includes('partitions assigned'));
    await clickhouse.kill();
    await stack.publish(0, [eventOf({ occurred_at: Date.now(), credits: 0 }, 'while away')]);
    // Before it inserts, it reads whose calls are erased.
    await until('it tries', () => /(landing events|reading the erasures) failed/.test(consumer.log()));
    const { code, stopMs } = await consumer.stop();
    expect(code).toBe(1);
    // Not the 25 s of the default.
    expect(stopMs).toBeLessThan(20_000);
    // The next one starts while ClickHouse is still away, and waits for it.
    const next = startConsumer(settings);
    await until('it waits', () => next.log().includes('setting the retention failed'));
    await clickhouse.restart();
    await until('the event has landed', async () => (await figures())?.calls === (before?.calls ?? 0) + 1);
    expect((await next.stop()).code).toBe(0);
  });
});
