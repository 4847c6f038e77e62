import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { backupCommand } from '../../cli/backup/backup-command.ts';
import { restoreCommand } from '../../cli/backup/restore-command.ts';
import { floorTo } from '../../domain/instants.ts';
import { DAY_MS, HOUR_MS } from '../../schemas/time-units.ts';
import { createSettingsStore } from '../../store/settings/store.ts';
import { FIRST_SLABS, type RawDelivery, type Story } from '../aggregator/closing/raw.ts';
import { settingsLog } from '../aggregator/closing/settings-log.ts';
import {
  openPastSettings,
  publish,
  publisherOf,
  untilLanded,
} from '../aggregator/closing/stories-on-servers.ts';
import { openReceiver, type Receiver } from '../alerts/receiver.ts';
import { until } from '../until.ts';
import { openPipeline, type Claims, type PipelineUnderTest } from './pipeline.ts';

const ORG = 'acme';
const today = floorTo(Date.now(), DAY_MS);
const daysAgo = (days: number): number => today - days * DAY_MS;
const dateOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** Terms and prices that change in between: what a day costs depends on when each change was appended. */
const STORY: Story = {
  zone: 'Europe/Rome',
  from: daysAgo(12),
  to: today,
  changes: [
    change(daysAgo(11), {
      kind: 'subscription',
      product: 'crm',
      terms: { edition: 'free', users: 1, limit: 40_000 },
    }),
    change(daysAgo(7) + HOUR_MS, {
      kind: 'prices',
      name: 'dearer',
      slabs: FIRST_SLABS.map(({ credits }) => ({ credits, rate_per_1000: '0.5' })),
    }),
    change(daysAgo(5) + 2 * HOUR_MS, { kind: 'subscription', product: 'crm', terms: { limit: 10_000 } }),
    change(daysAgo(3), { kind: 'zone', zone: 'Asia/Tokyo' }),
  ],
  deliveries: [],
};

function change(appendedAt: number, what: Story['changes'][number]['what']) {
  return { appendedAt, effectiveAt: 0, what };
}

const call = (id: number, days: number, credits: number): RawDelivery => ({
  id,
  at: daysAgo(days) + 12 * HOUR_MS,
  product: 'crm',
  credits,
});
const IN_TIME = [
  call(1, 9, 30_000),
  call(2, 8, 7_000),
  call(3, 6, 50_000),
  call(4, 4, 50_000),
  call(5, 2, 9_000),
];
/** Most of what 24 hours may use. */
const NOW: RawDelivery = { id: 8, at: Date.now() - 60_000, product: 'crm', credits: 14_000 };
const LATE = [call(6, 8, 20_000), call(7, 4, 1_000)];

const Feed = Type.Object({ charges: Type.Array(Type.Unknown()), next_cursor: Type.String() });
const BILLING = { role: 'billing', sub: 'books' } as const satisfies Claims;
const ADMIN = { role: 'admin', sub: 'ann', org: ORG } as const satisfies Claims;
const PLATFORM = { role: 'platform', sub: 'owner' } as const satisfies Claims;

let pipeline: PipelineUnderTest;
let elsewhere: PipelineUnderTest;
let receiver: Receiver;
const dir = mkdtempSync(join(tmpdir(), 'api-credits-drill-'));
beforeAll(async () => {
  // No local terms: what holds is what was recorded.
  const variables = {
    UNKNOWN_ORGS: 'none',
    WEBHOOK_KEY: 'a key that only this test run knows',
    WEBHOOK_TARGETS: 'any',
  };
  pipeline = await openPipeline('backup', variables);
  elsewhere = await openPipeline('restored', variables);
  receiver = await openReceiver();
}, 60_000);
afterAll(async () => {
  await pipeline.stop();
  await elsewhere.stop();
  await receiver.close();
  rmSync(dir, { recursive: true });
});

async function publishAll(to: PipelineUnderTest, deliveries: readonly RawDelivery[]): Promise<void> {
  const publisher = publisherOf(to);
  await Promise.all(deliveries.map((delivery) => publish(publisher, ORG, delivery)));
  await publisher.close();
}

/** The feed, page by page, with its cursors. */
async function feedOf(from: PipelineUnderTest) {
  const pages: unknown[] = [];
  for (let cursor = ''; ;) {
    const query = new URLSearchParams({ limit: '2', ...(cursor && { cursor }) });
    const page = Value.Parse(Feed, await from.get(`/v1/charges?${query.toString()}`, BILLING));
    if (page.next_cursor === cursor) return pages;
    pages.push(page);
    cursor = page.next_cursor;
  }
}

const settingsOf = async (from: PipelineUnderTest) => ({
  org: await from.get(`/v1/orgs/${ORG}/settings/history`, ADMIN),
  catalogues: await from.get('/v1/catalogues/history', PLATFORM),
});

const Days = Type.Object({ days: Type.Unknown(), adjustments: Type.Unknown(), total: Type.Unknown() });
const statementOf = async (from: PipelineUnderTest) => {
  const path = `/v1/orgs/${ORG}/billing/days?from=${dateOf(daysAgo(10))}&to=${dateOf(daysAgo(1))}`;
  return Value.Parse(Days, await from.get(path, ADMIN));
};

const chargesEnd = async ({ kafka, topics }: PipelineUnderTest): Promise<string | undefined> => {
  const admin = kafka.admin();
  await admin.connect();
  const [partition] = await admin.fetchTopicOffsets(topics.dailyCharges);
  await admin.disconnect();
  return partition?.high;
};

const ALERTS = `/v1/orgs/${ORG}/alerts`;
const OPS = `/v1/orgs/${ORG}/alert-destinations/ops`;
const SUPER_ADMIN = { role: 'super_admin', sub: 'ann', org: ORG } as const satisfies Claims;
const Position = Type.Object({ position: Type.String() });
const gotOf = (type: string) => receiver.got.filter((each) => each.type === type);

it('settings, charges, the feed, its cursors and alerts are the same where a backup is restored', async () => {
  const settings = await openPastSettings(pipeline, createSettingsStore(pipeline.client, 'none'));
  for (const each of settingsLog(STORY, ORG)) expect(await settings.record(each)).toBe(true);
  await settings.close();
  await publishAll(pipeline, IN_TIME);
  await untilLanded(pipeline, IN_TIME.length);
  await pipeline.start('aggregator');
  await pipeline.settled();
  const first = Number(await chargesEnd(pipeline));
  await publishAll(pipeline, LATE);
  await until(
    'the late calls have made revisions',
    async () => Number(await chargesEnd(pipeline)) >= first + LATE.length,
  );
  await pipeline.start('api');
  await pipeline.settled();
  const destination = { type: 'webhook', url: receiver.url, events: ['alert.raised', 'alert.resolved'] };
  await pipeline.send('PUT', OPS, destination, SUPER_ADMIN);
  await pipeline.start('alerts');
  await publishAll(pipeline, [NOW]);
  await until('the alert is delivered', () => gotOf('alert.raised').length === 1);
  const { position } = Value.Parse(Position, await pipeline.get(ALERTS, ADMIN));
  await pipeline.send('PUT', `${ALERTS}/read`, { position }, ADMIN);
  const alerts = await pipeline.get(ALERTS, ADMIN);
  expect(alerts).toMatchObject({ unread: 0, alerts: [{ rule_id: 'total-80', resolved_at: null }] });
  const feed = await feedOf(pipeline);
  expect(JSON.stringify(feed)).toContain('"revision":2');
  const recorded = await settingsOf(pipeline);
  const statement = await statementOf(pipeline);

  await backupCommand([join(dir, 'backup')], pipeline.env);
  await restoreCommand([join(dir, 'backup')], elsewhere.env);

  await elsewhere.start('consumer');
  await elsewhere.start('api');
  await until('the charges have landed', async () => (await feedOf(elsewhere)).length >= feed.length);
  expect(await feedOf(elsewhere)).toEqual(feed);
  await until('the settings have landed', async () =>
    JSON.stringify(await settingsOf(elsewhere)).includes('Tokyo'),
  );
  expect(await settingsOf(elsewhere)).toEqual(recorded);

  expect(await elsewhere.get(ALERTS, ADMIN)).toEqual(alerts);

  // With the calls again, the aggregator finds under the restored terms what was charged, and has nothing to add.
  await publishAll(elsewhere, [...IN_TIME, ...LATE, NOW]);
  await untilLanded(elsewhere, IN_TIME.length + LATE.length + 1);
  await elsewhere.start('aggregator');
  await elsewhere.start('alerts');
  await elsewhere.settled();
  expect(await statementOf(elsewhere)).toEqual(statement);
  expect(await chargesEnd(elsewhere)).toBe(await chargesEnd(pipeline));
  expect(await feedOf(elsewhere)).toEqual(feed);

  // The alert that was delivered is open as before, and not delivered again; what comes now is.
  await elsewhere.send('POST', `${OPS}/test`, {}, SUPER_ADMIN);
  await until('a test is delivered', () => gotOf('test').length === 1);
  expect(await elsewhere.get(ALERTS, ADMIN)).toEqual(alerts);
  expect(receiver.got.map(({ type }) => type)).toEqual(['alert.raised', 'test']);
}, 180_000);
