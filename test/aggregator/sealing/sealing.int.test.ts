import { floorTo, formatInstant } from '../../../domain/instants.ts';
import { chunksOf } from '../../../aggregator/sealing/chunks.ts';
import { readInvalidations, readResealed } from '../../../aggregator/sealing/invalidations.ts';
import { sealEndedHours } from '../../../aggregator/sealing/seal-hours.ts';
import { readProgress } from '../../../store/progress/aggregator-progress.ts';
import { readUsage } from '../../../store/usage/read.ts';
import { BUCKET_MS, DAY_MS, HOUR_MS } from '../../../schemas/time-units.ts';
import { land, landedEvent } from '../events.ts';
import { now, readLive, reseal, SEAL_DELAY_MS, thisHour, useSealingTables } from './sealing-tables.ts';

const client = useSealingTables('sealing');

describe('sealing', () => {
  it('waits until everything appended before the hour’s end plus the delay has landed', async () => {
    await land(client(), [landedEvent(thisHour - 2 * HOUR_MS), landedEvent(thisHour - HOUR_MS)]);
    await sealEndedHours(client(), thisHour + SEAL_DELAY_MS - 1, SEAL_DELAY_MS);
    expect((await readProgress(client())).sealed).toBe(thisHour - HOUR_MS);
    await sealEndedHours(client(), thisHour + SEAL_DELAY_MS, SEAL_DELAY_MS);
    expect((await readProgress(client())).sealed).toBe(thisHour);
  });

  it('splits a backlog into chunks of a limited number of events, and never splits an hour', async () => {
    const hours = [5, 4, 3, 2, 1].map((age) => thisHour - age * HOUR_MS);
    const counts = [1, 2, 4, 0, 1];
    await land(
      client(),
      hours.flatMap((hour, index) => Array.from({ length: counts[index] ?? 0 }, () => landedEvent(hour))),
    );
    const [a, b, c, d, e] = hours;
    expect(await chunksOf(client(), hours, 3)).toEqual([[a, b], [c], [d, e]]);
    expect(await chunksOf(client(), hours, 2)).toEqual([[a], [b], [c], [d, e]]);
    expect(await chunksOf(client(), hours)).toEqual([hours]);
    expect(await chunksOf(client(), [])).toEqual([]);
  });

  it('invalidates exactly the hours with rows that landed after their quarter had ended', async () => {
    const lastQuarter = floorTo(now, BUCKET_MS);
    await land(client(), [
      landedEvent(Date.now() + BUCKET_MS, { org: 'running' }),
      landedEvent(lastQuarter - 1),
      landedEvent(thisHour - HOUR_MS, { org: 'other' }),
    ]);
    const invalidations = await readInvalidations(client(), thisHour + 2 * HOUR_MS, 0);
    const invalidated = invalidations.map(({ org_id, hour }) => `${org_id} ${formatInstant(hour)}`);
    expect(new Set(invalidated)).toEqual(
      new Set([
        `acme ${formatInstant(floorTo(lastQuarter - 1, HOUR_MS))}`,
        `other ${formatInstant(thisHour - HOUR_MS)}`,
      ]),
    );
  });

  it('does not count an hour again for what landed between its end and its first seal', async () => {
    const late = landedEvent(thisHour - HOUR_MS, { credits: 2 });
    await land(client(), [late]);
    await sealEndedHours(client(), now, 0);
    expect(await readInvalidations(client(), thisHour, 0)).toEqual([]);
    // Its days are compared: another aggregator may have sealed the hour, and closed the day, without it.
    expect(await readResealed(client())).toMatchObject([{ org_id: 'acme', hour: thisHour - HOUR_MS }]);
    await land(client(), [landedEvent(thisHour - HOUR_MS)]);
    expect(await readInvalidations(client(), thisHour, 0)).toHaveLength(1);
  });

  it('counts a retried, repeated or redelivered event once', async () => {
    const event = landedEvent(thisHour - HOUR_MS + 5, { credits: 3 });
    await land(client(), [event]);
    await land(client(), [event, event]);
    await sealEndedHours(client(), now, 0);
    await land(client(), [{ ...event, offset: event.offset + 1_000 }]);
    await reseal(client());
    expect(await readLive(client(), thisHour - HOUR_MS, thisHour)).toEqual({
      calls: 1,
      credits: 3,
      rejected: 0,
    });
  });

  it('keeps the payload with the lowest offset of two under one id, whichever landed first', async () => {
    const first = landedEvent(thisHour - HOUR_MS + 5, { credits: 3, user: 'first' });
    const second = { ...first, offset: first.offset + 1, credits: 9, user: 'second' };
    await land(client(), [second]);
    await land(client(), [first]);
    await client.onTables('OPTIMIZE TABLE call_events FINAL');
    const [row] = await readUsage(client(), {
      orgId: 'acme',
      from: now - DAY_MS,
      to: now,
      groupBy: ['user'],
    });
    expect(row).toEqual({ user: 'first', calls: 1, credits: 3, rejected: 0 });
  });
});
