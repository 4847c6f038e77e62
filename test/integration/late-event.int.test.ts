import { randomBytes } from 'node:crypto';
import { createLogger } from '../../platform/logging.ts';
import { kafkaTransport } from '../../producers/kafka-transport.ts';
import { createPublisher } from '../../producers/publisher.ts';
import { floorTo } from '../../domain/instants.ts';
import { DAY_MS, HOUR_MS } from '../../schemas/time-units.ts';
import { openPipeline, type PipelineUnderTest } from './pipeline.ts';
import { until } from '../until.ts';

const ORG = 'late-comers';
/** Two days ago: closed at any time of today, in a statement that is not final yet. */
const endedDay = floorTo(Date.now(), DAY_MS) - 2 * DAY_MS;
const day = new Date(endedDay).toISOString().slice(0, 10);
const nextDay = new Date(endedDay + DAY_MS).toISOString().slice(0, 10);

describe('an event that arrives after its hour was sealed and its day closed', () => {
  let pipeline: PipelineUnderTest;

  beforeAll(async () => {
    pipeline = await openPipeline('late');
    for (const stage of ['consumer', 'aggregator', 'api'] as const) await pipeline.start(stage);
  });

  afterAll(() => pipeline.stop());

  async function publish(credits: number, at: number): Promise<void> {
    const { env, topics } = pipeline;
    const kafka = { KAFKA_BROKERS: env['KAFKA_BROKERS'] ?? '' };
    const logger = createLogger('test', 'fatal');
    const publisher = createPublisher({
      transport: kafkaTransport({ kafka, topics, clientId: 'late-event', logger }),
      now: Date.now,
      random: (size) => randomBytes(size),
    });
    await publisher.publish({
      org_id: ORG,
      product: 'crm',
      user_id: 'ada',
      app_id: '-',
      method: 'GET',
      endpoint: '/leads',
      status: 200,
      credits,
      occurred_at: at,
    });
    await publisher.close();
  }

  const get = (path: string) =>
    pipeline.get(`/v1/orgs/${ORG}/${path}`, { role: 'admin', sub: 'ada', org: ORG });
  const closedDay = () => get(`billing/days?from=${day}&to=${nextDay}`);

  it('shows up in usage and as a new revision of the charge', async () => {
    await publish(5_100, endedDay + HOUR_MS);
    await pipeline.settled();
    expect(await closedDay()).toMatchObject({
      days: [{ day, revision: 1, used: 5_100, billed_credits: 100, amount: '0.014' }],
      total: { billed_credits: 100, amount: '0.014' },
    });

    await publish(900, endedDay + HOUR_MS + 1);
    await until(
      'the day gets its second revision',
      async () => JSON.stringify(await closedDay()).includes('"revision":2'),
      30_000,
    );
    expect(await closedDay()).toMatchObject({
      days: [{ day, revision: 2, used: 6_000, billed_credits: 1_000, amount: '0.14' }],
      total: { billed_credits: 1_000, amount: '0.14' },
    });
    expect(await get(`usage?from=${day}T00:00:00Z&to=${nextDay}T00:00:00Z&group_by=hour`)).toMatchObject({
      rows: [{ hour: `${day}T01:00:00.000Z`, calls: 2, credits: 6_000 }],
      total: { calls: 2, credits: 6_000 },
    });
  });
});
