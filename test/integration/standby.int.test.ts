import { Type } from 'typebox';
import { select } from '../../platform/clickhouse/connect.ts';
import { encodeCallEvent } from '../../schemas/call-event.ts';
import { HOUR_MS } from '../../schemas/time-units.ts';
import { freePort } from '../../deploy/local/ports.ts';
import { killConsumers, startConsumer, type ConsumerProcess } from '../consumers/consumer-process.ts';
import { eventOf } from '../consumers/event.ts';
import { until } from '../until.ts';
import { openPipeline, type PipelineUnderTest } from './pipeline.ts';

const HOURS = 60;
const CALLS_AN_HOUR = 20;
let publishedTimes = 0;
const Sums = Type.Object({ calls: Type.Integer(), credits: Type.Integer() });

/** An aggregator with its health port. */
interface Aggregator {
  readonly process: ConsumerProcess;
  /** How many of its ticks ended so. */
  ticks(outcome: 'succeeded' | 'standby'): Promise<number>;
}

describe('two aggregators', () => {
  let pipeline: PipelineUnderTest;
  beforeAll(async () => {
    pipeline = await openPipeline('standby');
    await pipeline.start('consumer');
  });
  afterAll(async () => {
    await killConsumers();
    await pipeline.stop();
  });

  async function aggregator(): Promise<Aggregator> {
    const port = await freePort();
    const process = startConsumer({ ...pipeline.env, HEALTH_PORT: String(port) }, 'aggregator/main.ts');
    const ticks: Aggregator['ticks'] = async (outcome) => {
      const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
      const found = new RegExp(`^api_credits_aggregator_ticks_total\\{outcome="${outcome}"\\} (\\d+)`, 'm');
      return Number(found.exec(text)?.[1]);
    };
    return { process, ticks };
  }

  /**
   * Calls of past hours, which are to be sealed and closed. Not of the last one: within its first minute
   * (SEAL_DELAY_MS) it is not due, and the suite may run then.
   */
  async function publish(): Promise<void> {
    const first = publishedTimes * 100_000;
    publishedTimes += 1;
    const producer = pipeline.kafka.producer();
    await producer.connect();
    const thisHour = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
    const messages = Array.from({ length: HOURS * CALLS_AN_HOUR }, (_, index) => {
      const occurred_at = thisHour - (2 + (index % HOURS)) * HOUR_MS + index;
      return { key: 'a', value: encodeCallEvent(eventOf({ occurred_at, credits: 2 }, first + index)) };
    });
    await producer.send({ topic: pipeline.topics.calls, messages });
    await producer.disconnect();
  }

  /**
   * Publishes until all of it was sealed and closed by the one, while the other stood by: a stall of some seconds may pass
   * the lease on, which does no harm.
   * @returns the one, and the other
   */
  async function whileOneWorks([one, other]: readonly [Aggregator, Aggregator]) {
    const ticks = () =>
      Promise.all([
        one.ticks('succeeded'),
        one.ticks('standby'),
        other.ticks('succeeded'),
        other.ticks('standby'),
      ]);
    for (;;) {
      const before = await ticks();
      await publish();
      await pipeline.settled();
      const after = await ticks();
      const [oneWorked, oneStoodBy, otherWorked, otherStoodBy] = after.map(
        (count, index) => count > (before[index] ?? 0),
      );
      if (oneWorked && otherStoodBy && !otherWorked) return [one, other] as const;
      if (otherWorked && oneStoodBy && !oneWorked) return [other, one] as const;
    }
  }

  it('share no work: one does it, the other takes over when that one is killed', async () => {
    const one = await aggregator();
    await until('the first works', async () => (await one.ticks('succeeded')) > 0);
    const other = await aggregator();
    await until('the second stands by', async () => (await other.ticks('standby')) > 0);
    const [holder, standby] = await whileOneWorks([one, other]);

    await publish();
    await holder.process.kill();
    const killedAt = performance.now();
    const before = await standby.ticks('succeeded');
    await until('the other works', async () => (await standby.ticks('succeeded')) > before);
    const tookMs = performance.now() - killedAt;
    await pipeline.settled();
    // A lease, two ticks, and a loaded machine: without the take-over it would be never.
    expect(tookMs).toBeLessThan(45_000);

    const sums = (from: string) =>
      select(pipeline.client, Sums, `SELECT sum(calls) AS calls, sum(credits) AS credits FROM (${from})`);
    const calls = publishedTimes * HOURS * CALLS_AN_HOUR;
    expect(await sums('SELECT calls, credits FROM usage_15m FINAL')).toEqual([{ calls, credits: 2 * calls }]);
    const charged = await sums(
      'SELECT 1 AS calls, used AS credits FROM daily_charges FINAL ORDER BY revision DESC LIMIT 1 BY org_id, product, day',
    );
    const due = await sums(
      `SELECT 1 AS calls, sum(credits) AS credits FROM call_events FINAL
       WHERE occurred_at < toStartOfDay(now() - INTERVAL 15 MINUTE) GROUP BY toDate(occurred_at)`,
    );
    expect(charged).toEqual(due);
  });
});
