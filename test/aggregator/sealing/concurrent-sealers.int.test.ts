import { Type } from 'typebox';
import { select } from '../../../platform/clickhouse/connect.ts';
import {
  clearInvalidations,
  readInvalidations,
  type Invalidation,
} from '../../../aggregator/sealing/invalidations.ts';
import { resealInvalidated } from '../../../aggregator/sealing/reseal.ts';
import { zeroReplacedRows } from '../../../aggregator/sealing/replaced-rows.ts';
import { writeRollup } from '../../../aggregator/sealing/rollup.ts';
import { sealEndedHours } from '../../../aggregator/sealing/seal-hours.ts';
import { readDayUsage } from '../../../store/charges/day-usage.ts';
import { ROLLUPS } from '../../../store/usage/breakdowns.ts';
import { readUsage } from '../../../store/usage/read.ts';
import { DAY_MS, HOUR_MS } from '../../../schemas/time-units.ts';
import { land, landedEvent } from '../events.ts';
import { permutations } from './permutations.ts';
import { now, readLive, reseal, SEAL_DELAY_MS, thisHour, useSealingTables } from './sealing-tables.ts';

const client = useSealingTables('sealers');
const CallsRow = Type.Object({ org_id: Type.String(), calls: Type.Integer() });

describe('sealing by several sealers', () => {
  it('loses no late event in any order of the steps of two sealers', async () => {
    // Each sealer reads invalidations, writes, and clears what it read. The late event lands before, between or after.
    const steps = ['readA', 'writeA', 'clearA', 'readB', 'writeB', 'clearB', 'late'];
    // Each order has its own organisation and hour, so that the n-th steps of all orders can run together.
    const stories = permutations(steps)
      .filter(isPossible)
      .map((order, index) => ({
        order,
        org: `org-${index}`,
        hour: thisHour - (4 + index) * HOUR_MS,
        read: new Map<string, Invalidation[]>(),
      }));
    await land(
      client(),
      stories.map(({ hour, org }) => landedEvent(hour + 1, { org })),
    );
    for (const position of steps.keys()) {
      const about = (step: string) => stories.filter(({ order }) => order[position] === step);
      await land(
        client(),
        about('late').map(({ hour, org }) => landedEvent(hour + 2, { org })),
      );
      for (const sealer of ['A', 'B']) {
        const invalidations = await readInvalidations(client(), thisHour, 0);
        for (const { org, read } of about(`read${sealer}`)) {
          read.set(sealer, invalidationsOf(invalidations, org));
        }
        const readBy = (step: string) => about(step).flatMap(({ read }) => read.get(sealer) ?? []);
        await resealInvalidated(client(), readBy(`write${sealer}`));
        await clearInvalidations(client(), readBy(`clear${sealer}`));
      }
    }
    const rows = await select(client(), CallsRow, 'SELECT org_id, calls FROM usage_15m FINAL');
    const calls = new Map(rows.map((row) => [row.org_id, row.calls]));
    const invalidations = await readInvalidations(client(), thisHour, 0);
    for (const { order, org } of stories) {
      // Either the rollup has both calls, or an invalidation still requests another count.
      const isRight = calls.get(org) === 2 || invalidationsOf(invalidations, org).length > 0;
      expect({ order, isRight }).toEqual({ order, isRight: true });
    }
  });

  it('moves a call to the user and endpoint of an earlier payload that lands after the seal', async () => {
    const hour = thisHour - 4 * HOUR_MS;
    const first = landedEvent(hour + 5, { credits: 3, user: 'first', endpoint: '/a', product: 'bigin' });
    const second = { ...first, offset: first.offset + 1, credits: 9, user: 'second', product: 'crm' };
    await land(client(), [second, landedEvent(hour + 6, { user: 'bystander' })]);
    await sealEndedHours(client(), now, SEAL_DELAY_MS);
    await reseal(client());
    await land(client(), [first]);
    await reseal(client());
    expect(await readLive(client(), now - DAY_MS, now)).toEqual({ calls: 1, credits: 1, rejected: 0 });
    const interval = { orgId: 'acme', from: now - DAY_MS, to: now };
    expect(await readUsage(client(), { ...interval, groupBy: ['user', 'product'] })).toEqual([
      { user: 'bystander', product: 'crm', calls: 1, credits: 1, rejected: 0 },
      { user: 'first', product: 'bigin', calls: 1, credits: 3, rejected: 0 },
    ]);
    const usage = await readDayUsage(client(), { from: hour, to: hour + HOUR_MS }, thisHour, ['acme']);
    expect(usage.toSorted((a, b) => a.credits - b.credits)).toEqual([
      { orgId: 'acme', product: 'crm', calls: 1, credits: 1 },
      { orgId: 'acme', product: 'bigin', calls: 1, credits: 3 },
    ]);
  });

  it('is not undone by a sealer that read before an earlier payload landed and wrote after it', async () => {
    const hour = thisHour - 4 * HOUR_MS;
    const first = landedEvent(hour + 5, { credits: 3, user: 'first' });
    await land(client(), [{ ...first, offset: first.offset + 1, credits: 9, user: 'second' }]);
    await writeRollup(client(), [hour], 'all');
    const stale = await Promise.all(ROLLUPS.map(({ table }) => rowsOf(table)));
    for (const { table } of ROLLUPS) await client.onTables(`TRUNCATE TABLE ${table}`);
    await land(client(), [first]);
    await sealEndedHours(client(), now, SEAL_DELAY_MS);
    await reseal(client());
    for (const [index, { table }] of ROLLUPS.entries()) {
      await client().insert({ table, values: stale[index] ?? [], format: 'JSONEachRow' });
    }
    await zeroReplacedRows(client(), [hour]);
    expect(await readLive(client(), hour, hour + HOUR_MS)).toEqual({ calls: 1, credits: 3, rejected: 0 });
    for (const others of [{}, { endpoint: '/leads' }]) {
      const filters = { product: 'crm', ...others };
      const interval = { orgId: 'acme', from: hour, to: hour + HOUR_MS };
      const byUser = await readUsage(client(), { ...interval, filters, groupBy: ['user'] });
      expect(byUser).toEqual([{ user: 'first', calls: 1, credits: 3, rejected: 0 }]);
    }
  });

  it('is not undone by a sealer that counted fewer events and wrote later', async () => {
    const hour = thisHour - 4 * HOUR_MS;
    await land(client(), [landedEvent(hour), landedEvent(hour + 1)]);
    await writeRollup(client(), [hour], 'all');
    const stale = {
      org_id: 'acme',
      product: 'crm',
      bucket: new Date(hour).toISOString(),
      calls: 1,
      credits: 1,
      rejected: 0,
      seen: '1',
    };
    await client().insert({ table: 'usage_15m', values: [stale], format: 'JSONEachRow' });
    const rows = await select(client(), CallsRow, 'SELECT org_id, calls FROM usage_15m FINAL');
    expect(rows).toEqual([{ org_id: 'acme', calls: 2 }]);
  });
});

/** Every row as it was written, including replaced ones. */
async function rowsOf(table: string): Promise<unknown[]> {
  const result = await client().query({
    query: `SELECT * FROM ${table}`,
    format: 'JSONEachRow',
    clickhouse_settings: { output_format_json_quote_64bit_integers: 1 },
  });
  return result.json();
}

const invalidationsOf = (invalidations: readonly Invalidation[], org: string): Invalidation[] =>
  invalidations.filter(({ org_id }) => org_id === org);

/** Each sealer reads, then writes, then clears. A reads first, as the two are interchangeable. */
function isPossible(order: readonly string[]): boolean {
  const at = (step: string) => order.indexOf(step);
  return (
    at('readA') < at('readB') &&
    ['A', 'B'].every((s) => at(`read${s}`) < at(`write${s}`) && at(`write${s}`) < at(`clear${s}`))
  );
}
