import * as fc from 'fast-check';
import { Type } from 'typebox';
import { createSettingsStore } from '../../../store/settings/store.ts';
import { ResealPace } from '../../../aggregator/sealing/reseal-pace.ts';
import { tick, type Aggregator } from '../../../aggregator/tick.ts';
import { readUsage } from '../../../store/usage/read.ts';
import { select } from '../../../platform/clickhouse/connect.ts';
import { openLandedLog, type LandedLog } from '../../../platform/landed-log.ts';
import { openPipeline, type PipelineUnderTest } from '../../integration/pipeline.ts';
import { chargesByOracle } from './oracle.ts';
import type { Story } from './raw.ts';
import { settingsLog } from './settings-log.ts';
import {
  OLDEST_MS,
  openPastSettings,
  publish,
  publisherOf,
  recentScenes,
  untilLanded,
} from './stories-on-servers.ts';
import { stories } from './stories.ts';
import { closedDaysOf, expectedDaysOf, textOf } from './closed-days.ts';
import { DAY_MS, MINUTE_MS } from '../../../schemas/time-units.ts';

const SETS = 100;
const WAVES = 3;
const SEED = Math.floor(Date.now() / 1_000);

const Charge = Type.Object({
  org_id: Type.String(),
  product: Type.String(),
  day: Type.String(),
  revision: Type.Integer(),
  used: Type.Integer(),
  included: Type.Integer(),
  additional_limit: Type.Integer(),
  billed_credits: Type.Integer(),
  over_limit: Type.Integer(),
  amount: Type.String(),
  delta_credits: Type.Integer(),
  delta_amount: Type.String(),
});

let pipeline: PipelineUnderTest;
let storiesByOrg: readonly (readonly [orgId: string, story: Story])[];
const logs: LandedLog[] = [];

beforeAll(async () => {
  pipeline = await openPipeline('stories', {
    UNKNOWN_ORGS: 'none',
    LATENESS_LIMIT_MS: String(OLDEST_MS),
    RETENTION_DAYS: String(OLDEST_MS / DAY_MS + 100),
    PROGRESS_INTERVAL_MS: '200',
  });
  // The organisations of the suite share the catalogues, so these stories do not change them.
  storiesByOrg = fc
    .sample(stories(recentScenes(Date.now()), false), { numRuns: SETS, seed: SEED })
    .map((story, index) => [`org-${index}`, story]);
});

afterAll(async () => {
  for (const log of logs) await log.close();
  await pipeline.stop();
});

async function openAggregator(): Promise<Aggregator> {
  const { kafka, client, topics } = pipeline;
  const log = openLandedLog(kafka, client, topics.dailyCharges, 30_000);
  logs.push(log);
  return {
    client,
    log,
    store: createSettingsStore(client, 'none'),
    now: Date.now,
    startedAt: 0,
    topics,
    timing: { sealDelayMs: MINUTE_MS, graceMs: 15 * MINUTE_MS, gatherMs: 0 },
    resealPace: new ResealPace(() => 0),
  };
}

/** Ticks until there is nothing left to do. Days that both aggregators kept closing are retried, as in the process. */
async function tickUntilIdle(aggregator: Aggregator): Promise<number> {
  for (let appended = 0, idle = 0; ;) {
    const { invalidationsCleared, chargesAppended, orgsSetAside } = await tick(aggregator);
    appended += chargesAppended;
    idle = invalidationsCleared + chargesAppended + orgsSetAside === 0 ? idle + 1 : 0;
    if (idle > 1) return appended;
  }
}

test(`${SETS} stories through Kafka and ClickHouse, two aggregators running between the waves, seed ${SEED}`, async () => {
  const settings = await openPastSettings(pipeline, createSettingsStore(pipeline.client, 'none'));
  const accepted = await Promise.all(
    storiesByOrg.map(async ([orgId, story]) => {
      const outcomes: boolean[] = [];
      for (const change of settingsLog(story, orgId)) outcomes.push(await settings.record(change));
      return outcomes;
    }),
  );
  expect(accepted.flat().filter((each) => !each).length).toBeGreaterThan(0);
  await settings.close();

  const aggregators = [await openAggregator(), await openAggregator()];
  const publisher = publisherOf(pipeline);
  let published = 0;
  let revised = 0;
  for (let wave = 0; wave < WAVES; wave += 1) {
    const sent = storiesByOrg.flatMap(([orgId, { deliveries }]) =>
      deliveries
        .slice((deliveries.length * wave) / WAVES, (deliveries.length * (wave + 1)) / WAVES)
        .map((delivery) => publish(publisher, orgId, delivery)),
    );
    await Promise.all(sent);
    published += sent.length;
    await untilLanded(pipeline, published);
    const appended = await Promise.all(aggregators.map((aggregator) => tickUntilIdle(aggregator)));
    if (wave > 0) revised += appended.reduce((sum, count) => sum + count, 0);
  }
  await publisher.close();
  expect(published).toBe(storiesByOrg.reduce((sum, [, { deliveries }]) => sum + deliveries.length, 0));
  expect(revised).toBeGreaterThan(SETS / 2);

  const charges = await select(
    pipeline.client,
    Charge,
    `SELECT org_id, product, toString(day) AS day, revision, used, included, additional_limit, billed_credits,
       over_limit, toString(amount) AS amount, delta_credits, toString(delta_amount) AS delta_amount
     FROM daily_charges FINAL ORDER BY kafka_offset`,
  );
  expect(new Set(charges.map(({ org_id }) => org_id)).size).toBeGreaterThan(SETS / 2);
  for (const [orgId, story] of storiesByOrg) {
    const own = charges.filter(({ org_id }) => org_id === orgId);
    const expected = `${orgId} of seed ${SEED}\n${textOf(expectedDaysOf(chargesByOracle(story)))}`;
    expect(`${orgId} of seed ${SEED}\n${textOf(closedDaysOf(own))}`).toBe(expected);
    expect(await usedOf(orgId, story)).toEqual(creditsOf(story));
  }
}, 300_000);

/** The usage of the whole window by product, including products without a subscription. */
async function usedOf(orgId: string, { from, to }: Story): Promise<Record<string, number>> {
  const rows = await readUsage(pipeline.client, { orgId, from, to, groupBy: ['product'] });
  return Object.fromEntries(rows.map(({ product, credits }) => [product, credits]));
}

function creditsOf({ deliveries }: Story): Record<string, number> {
  const sums: Record<string, number> = {};
  const ids = new Set<number>();
  for (const { id, product, credits } of deliveries) {
    if (ids.has(id)) continue;
    ids.add(id);
    sums[product] = (sums[product] ?? 0) + credits;
  }
  return sums;
}
