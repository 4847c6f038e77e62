import { setImmediate as nextTurn } from 'node:timers/promises';
import { connectClickHouse, type ClickHouseClient } from '../../../platform/clickhouse/connect.ts';
import { migrate } from '../../../platform/clickhouse/migrate.ts';
import { HOUR_MS } from '../../../schemas/time-units.ts';
import { SharedBasis } from '../../../store/usage/shared-basis.ts';
import { floorTo } from '../../../domain/instants.ts';
import { sealAll } from '../../api/sealing.ts';
import { callEvent, insertEvents, insertLanded, insertSettings } from '../../api/tables.ts';
import { openNamespace } from '../../servers/namespace.ts';

const NOW = Date.now() + 2 * HOUR_MS;
const namespace = openNamespace('shared_basis');
let client: ClickHouseClient;
let statements = 0;
/** What happens before the next statement is sent, and before its answer is read. */
let before: () => Promise<void> = () => Promise.resolve();
let beforeAnswer: () => Promise<void> = () => Promise.resolve();
let bases: SharedBasis;

beforeAll(async () => {
  await migrate(namespace.settings);
  client = connectClickHouse(namespace.settings, 'shared basis test');
  await insertEvents(client, [callEvent({ org_id: 'one', occurred_at: NOW - 5 * HOUR_MS })]);
  await sealAll(client, NOW - HOUR_MS);
  const query = client.query.bind(client);
  client.query = async (params) => {
    statements += 1;
    await before();
    const answer = await query(params);
    await beforeAnswer();
    return answer;
  };
});
beforeEach(() => {
  statements = 0;
  before = () => Promise.resolve();
  beforeAnswer = () => Promise.resolve();
  bases = new SharedBasis(client, 'calls');
});
afterAll(async () => {
  await client.close();
  await namespace.drop();
});

const read = (orgId: string, given: { readonly settingsFrom?: number; readonly now?: number } = {}) =>
  bases.read({ orgId, settingsFrom: 0, now: NOW, ...given });
const lateCall = (orgId: string, hoursAgo: number) =>
  insertEvents(client, [callEvent({ org_id: orgId, occurred_at: NOW - hoursAgo * HOUR_MS })]);
const hourOf = (hoursAgo: number): number => floorTo(NOW - hoursAgo * HOUR_MS, HOUR_MS);

describe('shared bases', () => {
  it('of requests that arrive during a read are read by one statement, the next one', async () => {
    // The first statement is sent only when all requests are there.
    const { promise: allArrived, resolve: goOn } = Promise.withResolvers<void>();
    before = () => allArrived;
    const first = read('one');
    await nextTurn();
    expect(statements).toBe(1);
    const later = Array.from({ length: 50 }, (_, index) => read(`org-${index}`));
    goOn();
    await Promise.all([first, ...later]);
    expect(statements).toBe(2);
    await read('one');
    expect(statements).toBe(3);
  });

  it('have what landed before their request, also where an earlier statement is running', async () => {
    // ClickHouse has run the first statement, whose answer arrives after the second request.
    const { promise: hasRun, resolve: ran } = Promise.withResolvers<void>();
    const { promise: secondArrived, resolve: goOn } = Promise.withResolvers<void>();
    beforeAnswer = () => {
      ran();
      return secondArrived;
    };
    const first = read('three');
    await hasRun;
    await lateCall('three', 6);
    const second = read('three');
    goOn();
    expect((await second).sealed.invalidatedHours).toEqual([hourOf(6)]);
    expect((await second).stamp).not.toBe((await first).stamp);
  });

  it('have the invalidated hours of their own organisation', async () => {
    await lateCall('four', 7);
    await lateCall('five', 8);
    const [four, five, six] = await Promise.all(['four', 'five', 'six'].map((orgId) => read(orgId)));
    expect(statements).toBe(1);
    expect(four?.sealed.invalidatedHours).toEqual([hourOf(7)]);
    expect(five?.sealed.invalidatedHours).toEqual([hourOf(8)]);
    expect(six?.sealed).toEqual({ ...five?.sealed, invalidatedHours: [] });
  });

  it('have a watermark for the instant of each request', async () => {
    await insertLanded(client, 'calls', { until: NOW - 1_000, observedAt: NOW - 1_000, isCaughtUp: true });
    const [one, other] = await Promise.all([read('one'), read('one', { now: NOW + 60_000 })]);
    expect([one.watermark, other.watermark]).toEqual([NOW, NOW - 1_000]);
  });

  it('say that there are new settings where one of the requests lacks some', async () => {
    await insertSettings(client, [{ org: 'one', value: { time_zone: 'UTC', billing_day: 1 } }]);
    const found = await Promise.all([read('one', { settingsFrom: 1_000_000 }), read('one')]);
    expect(found.map(({ hasNewSettings }) => hasNewSettings)).toEqual([true, true]);
    expect((await read('one', { settingsFrom: 1_000_000 })).hasNewSettings).toBe(false);
  });

  it('are read again after a failed statement, whose error all of its requests get', async () => {
    before = () => Promise.reject(new Error('unavailable'));
    const failing = await Promise.allSettled([read('one'), read('two')]);
    expect(failing.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    before = () => Promise.resolve();
    expect((await read('one')).sealed.until).toBe(hourOf(1));
  });
});
