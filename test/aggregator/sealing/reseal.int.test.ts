import { Type } from 'typebox';
import { readInvalidations, readResealed } from '../../../aggregator/sealing/invalidations.ts';
import { resealHours, resealInvalidated } from '../../../aggregator/sealing/reseal.ts';
import { sealEndedHours } from '../../../aggregator/sealing/seal-hours.ts';
import { select } from '../../../platform/clickhouse/connect.ts';
import { readSealedHours } from '../../../store/usage/sealed-hours.ts';
import { HOUR_MS } from '../../../schemas/time-units.ts';
import { land, landedEvent } from '../events.ts';
import { now, readLive, SEAL_DELAY_MS, thisHour, useSealingTables } from './sealing-tables.ts';

const client = useSealingTables('reseal');
const HOURS = [4, 3, 2].map((age) => thisHour - age * HOUR_MS);
const ORGS = ['acme', 'other', 'third'];
const SealsRow = Type.Object({ hour: Type.Integer(), orgs: Type.Integer(), seals: Type.Integer() });

/** An event of every organisation in every hour. */
const landEverywhere = () =>
  land(
    client(),
    HOURS.flatMap((hour) => ORGS.map((org) => landedEvent(hour + 7, { org }))),
  );

describe('re-sealing a backfill', () => {
  it('begins with the newest hours', async () => {
    await landEverywhere();
    const hours = (await readInvalidations(client(), thisHour, 0)).map(({ hour }) => hour);
    expect(hours).toEqual(HOURS.toReversed().flatMap((hour) => ORGS.map(() => hour)));
  });

  it.each([
    ['ends within an hour', 5],
    ['has no whole hour', 3],
    ['has all of them', 100],
  ])(
    'counts each hour once, for all of its organisations, where a read of invalidations %s',
    async (_, perRead) => {
      await sealEndedHours(client(), now, SEAL_DELAY_MS);
      await client.onTables('TRUNCATE TABLE seal_counts');
      await landEverywhere();
      await resealHours(client(), thisHour, 0, { perRead });
      const seals = await select(
        client(),
        SealsRow,
        `SELECT toUnixTimestamp(toStartOfHour(bucket)) * 1000 AS hour, uniqExact(org_id) AS orgs, uniqExact(seal) AS seals
       FROM seal_counts GROUP BY hour ORDER BY hour`,
      );
      expect(seals).toEqual(HOURS.map((hour) => ({ hour, orgs: ORGS.length, seals: 1 })));
    },
  );

  it('makes readers use the rollup of an hour before its days are closed again', async () => {
    await sealEndedHours(client(), now, SEAL_DELAY_MS);
    await landEverywhere();
    const range = [thisHour - 5 * HOUR_MS, thisHour] as const;
    const before = await readSealedHours(client(), 'acme');
    expect(before.invalidatedHours.toSorted((a, b) => a - b)).toEqual(HOURS);
    await resealHours(client(), thisHour, 0);
    expect((await readSealedHours(client(), 'acme')).invalidatedHours).toEqual([]);
    expect(await readLive(client(), ...range)).toEqual({ calls: 3, credits: 3, rejected: 0 });
    expect(await readResealed(client())).toHaveLength(HOURS.length * ORGS.length);
  });

  it('ends although late events never stop landing', async () => {
    await sealEndedHours(client(), now, SEAL_DELAY_MS);
    await landEverywhere();
    const ended = new AbortController();
    // In the newest hour, so that each of them comes before the others.
    const trickle = (async () => {
      for (let org = 0; !ended.signal.aborted; org += 1)
        await land(client(), [landedEvent(HOURS[2] ?? 0, { org: `late-${org}` })]);
    })();
    await resealHours(client(), thisHour, 0, { perRead: 1 });
    ended.abort();
    await trickle;
    expect(await readInvalidations(client(), thisHour, 0)).not.toEqual([]);
  });

  it('leaves late events that land meanwhile invalidated', async () => {
    await sealEndedHours(client(), now, SEAL_DELAY_MS);
    await landEverywhere();
    const read = await readInvalidations(client(), thisHour, 0);
    await land(client(), [landedEvent(HOURS[0] ?? 0)]);
    await resealInvalidated(client(), read);
    expect((await readInvalidations(client(), thisHour, 0)).map(({ hour }) => hour)).toEqual([HOURS[0]]);
  });
});
