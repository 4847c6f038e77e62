import fc from 'fast-check';
import { Type } from 'typebox';
import { select } from '../../../platform/clickhouse/connect.ts';
import { clearInvalidations, readInvalidations } from '../../../aggregator/sealing/invalidations.ts';
import { resealInvalidated } from '../../../aggregator/sealing/reseal.ts';
import { writeRollup } from '../../../aggregator/sealing/rollup.ts';
import { sealEndedHours } from '../../../aggregator/sealing/seal-hours.ts';
import { readProgress } from '../../../store/progress/aggregator-progress.ts';
import { readUsage } from '../../../store/usage/read.ts';
import { DAY_MS, HOUR_MS } from '../../../schemas/time-units.ts';
import { land, landedEvent, type LandedEvent } from '../events.ts';
import { now, readLive, reseal, SEAL_DELAY_MS, thisHour, useSealingTables } from './sealing-tables.ts';

const client = useSealingTables('rollup');

const TotalRow = Type.Object({ calls: Type.Integer(), credits: Type.Integer(), rejected: Type.Integer() });

/** The sums of all distinct events, without rollup, plan, and a condition that is applied before FINAL. */
async function scan(from: number, to: number, org = 'acme') {
  const [row] = await select(
    client(),
    TotalRow,
    `SELECT count() AS calls, sum(credits) AS credits, countIf(status = 429) AS rejected FROM call_events FINAL
     WHERE org_id = {org:String} AND product = 'crm'
       AND toUnixTimestamp64Milli(occurred_at) >= {from:Int64} AND toUnixTimestamp64Milli(occurred_at) < {to:Int64}
     SETTINGS optimize_move_to_prewhere_if_final = 0, do_not_merge_across_partitions_select_final = 0`,
    { org, from, to },
  );
  return row;
}

function someEvents(count: number, seed: number): LandedEvent[] {
  const next = fc.sample(fc.integer({ min: 0, max: 30 * HOUR_MS }), { numRuns: count, seed });
  return next.map((age, index) =>
    landedEvent(now - age - 1, {
      user: `user-${index % 5}`,
      status: index % 11 === 0 ? 429 : 200,
      credits: index % 11 === 0 ? 0 : index % 7,
      org: index % 13 === 0 ? 'other' : 'acme',
      product: index % 17 === 0 ? 'bigin' : 'crm',
    }),
  );
}

describe('rollup and raw edges', () => {
  it('equal a scan of all events at random instants, before, during and after sealing and with late events', async () => {
    const seed = Math.floor(now % 1_000_000);
    const compare = async (when: string) => {
      for (const age of fc.sample(fc.integer({ min: 0, max: 8 * HOUR_MS }), {
        numRuns: 15,
        seed: seed + when.length,
      })) {
        const at = now - age;
        expect({ seed, when, at, figures: await readLive(client(), at - DAY_MS, at) }).toEqual({
          seed,
          when,
          at,
          figures: await scan(at - DAY_MS, at),
        });
      }
    };
    await land(client(), someEvents(3_000, seed));
    await compare('nothing sealed');
    await writeRollup(client(), [thisHour - 3 * HOUR_MS], 'all');
    await compare('an hour written, progress not');
    await sealEndedHours(client(), now - 5 * HOUR_MS, SEAL_DELAY_MS);
    await compare('sealed up to some hours ago');
    await reseal(client());
    await compare('invalidations cleared');
    await sealEndedHours(client(), now, SEAL_DELAY_MS);
    await compare('all ended hours sealed');
    await land(client(), someEvents(200, seed + 1));
    await compare('late events landed');
    const invalidations = await readInvalidations(client(), (await readProgress(client())).sealed, 0);
    expect(invalidations.length).toBeGreaterThan(0);
    await resealInvalidated(client(), invalidations);
    await compare('re-sealed, invalidations not cleared');
    await land(client(), someEvents(50, seed + 2));
    await clearInvalidations(client(), invalidations);
    await compare('more late events before the clearing');
    await reseal(client());
    await compare('nothing left to do');
    expect(await reseal(client())).toEqual([]);
  });

  it('add up to the total in every breakdown', async () => {
    await land(client(), someEvents(2_000, 7));
    await sealEndedHours(client(), now - 2 * HOUR_MS, SEAL_DELAY_MS);
    await land(client(), someEvents(100, 8));
    const interval = { orgId: 'acme', from: now - DAY_MS, to: now };
    const [total] = await readUsage(client(), interval);
    for (const groupBy of [['user'], ['hour'], ['15m', 'status'], ['product', 'user', 'endpoint']] as const) {
      const rows = await readUsage(client(), { ...interval, groupBy });
      const sum = (name: 'calls' | 'credits' | 'rejected') => rows.reduce((all, row) => all + row[name], 0);
      expect({ calls: sum('calls'), credits: sum('credits'), rejected: sum('rejected') }).toEqual(total);
    }
  });
});
