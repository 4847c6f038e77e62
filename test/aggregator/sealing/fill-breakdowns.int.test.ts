import { fillBreakdowns } from '../../../aggregator/sealing/fill-breakdowns.ts';
import { HOUR_MS } from '../../../schemas/time-units.ts';
import { advanceProgress, readProgress } from '../../../store/progress/aggregator-progress.ts';
import { land, landedEvent } from '../events.ts';
import { killedAfter, unlessKilled } from '../killed-after.ts';
import { countedByUser, filledByUser, forgetNarrow, sealUntil, type UsageRow } from './earlier-release.ts';
import { reseal, thisHour, useSealingTables } from './sealing-tables.ts';

const client = useSealingTables('fillbreakdowns');

describe('breakdowns of hours that an earlier release sealed', () => {
  it('are filled oldest first, in bounded steps, until they have caught up with sealing', async () => {
    const events = [9, 8, 7, 6, 5].flatMap((age) =>
      Array.from({ length: age }, (_, index) =>
        landedEvent(thisHour - age * HOUR_MS, { user: `user-${index}` }),
      ),
    );
    await land(client(), events);
    await sealUntil(client(), 4);
    await forgetNarrow(client(), client);
    const steps: number[] = [];
    for (;;) {
      const { sealed, breakdowns } = await readProgress(client());
      steps.push(breakdowns === 0 ? 0 : (thisHour - breakdowns) / HOUR_MS);
      expect(await filledByUser(client())).toEqual(
        (await countedByUser(client())).filter(({ hour }) => hour < breakdowns),
      );
      if (breakdowns === sealed) break;
      await fillBreakdowns(client(), 17);
    }
    // An hour has a row for each user: 9 and 8, 7 and 6, 5.
    expect(steps).toEqual([0, 7, 5, 4]);
  });

  it('are right up to the recorded progress when the process is killed at any statement', async () => {
    await land(
      client(),
      [6, 5, 4].flatMap((age) =>
        ['ada', 'bob'].map((user) => landedEvent(thisHour - age * HOUR_MS, { user })),
      ),
    );
    await sealUntil(client(), 3);
    await forgetNarrow(client(), client);
    for (let statements = 0; ; statements += 1) {
      const outcome = await unlessKilled(fillBreakdowns(killedAfter(statements)(client()), 2));
      const { sealed, breakdowns } = await readProgress(client());
      const isRead = ({ hour }: UsageRow): boolean => hour < breakdowns;
      expect((await filledByUser(client())).filter(isRead)).toEqual(
        (await countedByUser(client())).filter(isRead),
      );
      if (breakdowns === sealed) break;
      if (outcome !== undefined) statements = 0;
    }
    expect(await filledByUser(client())).toEqual(await countedByUser(client()));
  });

  it('do not replace what a seal counts of which they have read a part', async () => {
    const hour = thisHour - 4 * HOUR_MS;
    await land(client(), [landedEvent(hour, { endpoint: '/a' }), landedEvent(hour, { endpoint: '/b' })]);
    await sealUntil(client(), 0);
    await reseal(client());
    await forgetNarrow(client(), client);
    await land(client(), [landedEvent(hour, { endpoint: '/c' })]);
    await reseal(client());
    // As if the seal were still writing.
    await client.onTables(`DELETE FROM usage_15m_by WHERE endpoint = '/c'`);
    await fillBreakdowns(client());
    expect(await filledByUser(client())).toEqual(await countedByUser(client()));
  });

  it('never fills anything in a new installation', async () => {
    await land(client(), [landedEvent(thisHour - 9 * HOUR_MS), landedEvent(thisHour - 2 * HOUR_MS)]);
    for (const hoursAgo of [5, 0]) {
      await sealUntil(client(), hoursAgo);
      const { sealed, breakdowns } = await readProgress(client());
      expect(breakdowns).toBe(sealed);
    }
    expect(await filledByUser(client())).toEqual(await countedByUser(client()));
  });

  it('keeps what is filled while hours are sealed, and goes on after an hour that an earlier release sealed', async () => {
    await land(
      client(),
      [8, 6, 4, 2].map((age) => landedEvent(thisHour - age * HOUR_MS)),
    );
    await sealUntil(client(), 5);
    await forgetNarrow(client(), client);
    await fillBreakdowns(client(), 1);
    const { breakdowns } = await readProgress(client());
    expect(breakdowns).toBe(thisHour - 6 * HOUR_MS);
    await sealUntil(client(), 3);
    expect(await readProgress(client())).toMatchObject({ sealed: thisHour - 3 * HOUR_MS, breakdowns });
    await fillBreakdowns(client());
    await sealUntil(client(), 0);
    expect(await readProgress(client())).toMatchObject({ sealed: thisHour, breakdowns: thisHour });
    // It may have sealed hours again too, without the narrow breakdowns: all are filled again.
    await advanceProgress(client(), 'sealed', thisHour + HOUR_MS);
    await client.onTables('TRUNCATE TABLE usage_15m_by_user');
    const stale = {
      org_id: 'acme',
      product: 'crm',
      bucket: thisHour / 1_000 - 8 * 3_600,
      calls: 7,
      credits: 7,
      seen: '1',
    };
    await client().insert({
      table: 'usage_15m_by_user',
      values: [
        { ...stale, user_id: 'ada' },
        { ...stale, user_id: 'ghost' },
      ],
      format: 'JSONEachRow',
    });
    expect((await readProgress(client())).breakdowns).toBe(0);
    await fillBreakdowns(client());
    expect(await readProgress(client())).toMatchObject({ breakdowns: thisHour + HOUR_MS });
    expect(await filledByUser(client())).toEqual(await countedByUser(client()));
  });
});
