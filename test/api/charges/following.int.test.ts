import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Type, type Static } from 'typebox';
import { Value } from 'typebox/value';
import type { Claims } from '../../../api/auth/tokens.ts';
import type { ChargeAnswer } from '../../../api/charges/answer.ts';
import { FeedAnswer } from '../../../api/charges/feed-route.ts';
import { select } from '../../../platform/clickhouse/connect.ts';
import { createLogger } from '../../../platform/logging.ts';
import { kafkaTransport } from '../../../producers/kafka-transport.ts';
import { createPublisher } from '../../../producers/publisher.ts';
import type { Publisher } from '../../../producers/publisher-contract.ts';
import { encodeDailyCharge } from '../../../schemas/daily-charge.ts';
import { openPipeline, type PipelineUnderTest } from '../../integration/pipeline.ts';
import { until } from '../../until.ts';
import { randomOf } from '../../random.ts';
import { catchUp, type Books } from './example-client.ts';

const DAY_MS = 86_400_000;
const BILLING = { role: 'billing', sub: 'the books' } as const satisfies Claims;
const ORGS = ['ada', 'bob', 'cem', 'dörte'];
/** Ended days of statements that are not final yet. */
const today = Math.floor(Date.now() / DAY_MS) * DAY_MS;
const DAYS = [4, 3, 2].map((ago) => today - ago * DAY_MS);
const WAVES = 3;

const Revision = Type.Object({
  org_id: Type.String(),
  day: Type.String(),
  revision: Type.Integer(),
  amount: Type.String(),
  delta_credits: Type.Integer(),
});
type Revision = Static<typeof Revision>;

let pipeline: PipelineUnderTest;
let publisher: Publisher;
/** Ends the walk, also if the test fails. */
const over = new AbortController();
beforeAll(async () => {
  pipeline = await openPipeline('following', { RATE_LIMIT_PER_MINUTE: '1000000' });
  publisher = createPublisher({
    transport: kafkaTransport({
      kafka: { KAFKA_BROKERS: pipeline.env['KAFKA_BROKERS'] ?? '' },
      topics: pipeline.topics,
      clientId: 'following',
      logger: createLogger('test', 'fatal'),
    }),
    now: Date.now,
    random: (size) => randomBytes(size),
  });
  for (const stage of ['consumer', 'aggregator', 'api'] as const) await pipeline.start(stage);
});
afterAll(async () => {
  over.abort();
  await publisher.close();
  await pipeline.stop();
});

async function askPage(cursor: string | undefined): Promise<FeedAnswer> {
  const query = new URLSearchParams({ limit: '5', ...(cursor !== undefined && { cursor }) });
  const answer = await pipeline.get(`/v1/charges?${query.toString()}`, BILLING);
  if (Value.Check(FeedAnswer, answer)) return answer;
  throw new Error(`no page of the feed: ${JSON.stringify(answer)}`);
}

/** A reader that follows one cursor while days are closed and revised. */
function openWalk() {
  const received: ChargeAnswer[] = [];
  let cursor: string | undefined;
  return {
    received,
    async step(): Promise<void> {
      const { charges, next_cursor } = await askPage(cursor);
      received.push(...charges);
      cursor = next_cursor;
    },
  };
}

class Crash extends Error {}

/** The store of a service that crashes before or after any access. */
function openCrashingBooks() {
  const random = randomOf(3);
  const booked = new Map<string, ChargeAnswer>();
  const counts = { crashes: 0, repeats: 0 };
  let kept: string | undefined;
  const crashSometimes = (): void => {
    if (random() > 0.05) return;
    counts.crashes += 1;
    throw new Crash();
  };
  const books: Books = {
    async cursor() {
      crashSometimes();
      return kept;
    },
    async book(key, charge) {
      crashSometimes();
      if (booked.has(key)) counts.repeats += 1;
      else booked.set(key, charge);
      crashSometimes();
    },
    async keepCursor(cursor) {
      crashSometimes();
      kept = cursor;
      crashSometimes();
    },
  };
  return { books, booked, counts };
}

/** Restarts the service after each crash. */
async function catchUpDespiteCrashes(books: Books): Promise<void> {
  for (;;) {
    try {
      return await catchUp(askPage, books);
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
    }
  }
}

async function publishWave(wave: number): Promise<void> {
  const calls = ORGS.flatMap((org_id) =>
    DAYS.map((day) => ({ org_id, occurred_at: day + 3_600_000 + wave })),
  );
  await Promise.all(
    calls.map((call) =>
      publisher.publish({
        ...call,
        product: 'crm',
        user_id: 'ann',
        app_id: '-',
        method: 'GET',
        endpoint: '/leads',
        status: 200,
        credits: 5_100 + wave,
      }),
    ),
  );
}

/** A stalled aggregator: the log gets every revision so far once more, with another amount. */
async function appendLosers(charges: readonly ChargeAnswer[]): Promise<void> {
  const producer = pipeline.kafka.producer();
  await producer.connect();
  const messages = charges.map(({ from, to, billed_in, closed_at, ...charge }) => ({
    key: charge.org_id,
    value: encodeDailyCharge({
      ...charge,
      amount: '99',
      delta_credits: 99,
      day_from: Date.parse(from),
      day_to: Date.parse(to),
      billed_from: billed_in.from,
      billed_to: billed_in.to,
      closed_at: Date.parse(closed_at),
      append_before: Date.now() + 3_600_000,
    }),
  }));
  await producer.send({ topic: pipeline.topics.dailyCharges, acks: -1, messages });
  await producer.disconnect();
}

const revisionOf = ({ org_id, day, revision, amount, delta_credits }: ChargeAnswer): Revision => ({
  org_id,
  day,
  revision,
  amount,
  delta_credits,
});

test('a billing service follows an aggregator that closes and revises, whatever crashes', async () => {
  const walk = openWalk();
  const { books, booked, counts } = openCrashingBooks();
  const walking = (async () => {
    while (!over.signal.aborted) {
      await walk.step();
      await catchUpDespiteCrashes(books);
      await sleep(100);
    }
  })();
  for (let wave = 1; wave <= WAVES; wave += 1) {
    await publishWave(wave);
    const receivedDays = () =>
      new Set(walk.received.filter(({ revision }) => revision >= wave).map(dayOf)).size;
    await until(
      `every day is received in revision ${wave}`,
      () => receivedDays() === ORGS.length * DAYS.length,
      60_000,
    );
    await appendLosers(walk.received);
  }
  await pipeline.settled();
  over.abort();
  await walking;
  for (let before = -1; before < walk.received.length;) {
    before = walk.received.length;
    await walk.step();
  }
  await catchUpDespiteCrashes(books);

  const log = await select(
    pipeline.client,
    Revision,
    `SELECT org_id, toString(day) AS day, revision, toString(amount) AS amount, delta_credits
     FROM daily_charges FINAL ORDER BY kafka_offset`,
  );
  expect(log.length).toBeGreaterThanOrEqual(WAVES * ORGS.length * DAYS.length);
  expect(walk.received.map((charge) => revisionOf(charge))).toEqual(log);
  expect(Array.from(booked.values(), (charge) => revisionOf(charge))).toEqual(log);
  expect(counts.crashes).toBeGreaterThan(3);
  expect(counts.repeats).toBeGreaterThan(0);

  // What each customer owes: the deltas add up to the last figure.
  for (const org of ORGS) {
    const own = [...booked.values()].filter(({ org_id }) => org_id === org);
    const last = new Map(own.map(({ day, billed_credits }) => [day, billed_credits]));
    expect(own.reduce((sum, { delta_credits }) => sum + delta_credits, 0)).toBe(
      [...last.values()].reduce((sum, credits) => sum + credits, 0),
    );
  }
}, 240_000);

const dayOf = ({ org_id, day }: ChargeAnswer): string => `${org_id} ${day}`;
