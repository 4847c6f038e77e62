import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { fillBreakdowns } from '../../../aggregator/sealing/fill-breakdowns.ts';
import { addInvalidations } from '../../../aggregator/sealing/invalidations.ts';
import { floorTo } from '../../../domain/instants.ts';
import type { ClickHouseClient } from '../../../platform/clickhouse/connect.ts';
import { HOUR_MS } from '../../../schemas/time-units.ts';
import { pseudonymOf } from '../../../store/erasures/erasure.ts';
import { readErasures } from '../../../store/erasures/log.ts';
import { readProgress } from '../../../store/progress/aggregator-progress.ts';
import { totalOf } from '../../../store/usage/read.ts';
import { killedAfter, unlessKilled, type Wrap } from '../killed-after.ts';
import {
  THIS_HOUR,
  PERSON,
  someEvents,
  land,
  insertFrozen,
  forgetNarrow,
  seal,
  sealAgain,
  erase,
  usageBy,
  figures,
  traces,
  useErasingTables,
  type Landed,
} from './erasing-tables.ts';

const tables = useErasingTables();

const isErased = ({ user_id, org_id }: Landed): boolean => user_id === PERSON && org_id === 'acme';
const withUser = (landed: Landed, user: string): Landed => ({
  ...landed,
  user_id: user,
  source_address: user,
});

/** Clients that write rows of rollups only after something else has happened. */
const writesRollupsAfter =
  (happened: Promise<void>): Wrap =>
  (each) =>
    new Proxy(each, {
      get(target, name, receiver) {
        if (name === 'command') {
          return async (params: Parameters<ClickHouseClient['command']>[0]) => {
            if (params.query.startsWith('INSERT INTO usage_15m')) await happened;
            return target.command(params);
          };
        }
        const value: unknown = Reflect.get(target, name, receiver);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });

it('finishes when it was killed at any statement, with the figures it would have had', async () => {
  const events = someEvents();
  await land(events);
  await seal();
  await insertFrozen();
  const before = await figures(PERSON);
  let pseudonym = '';
  for (let statements = 3; ; statements += 7) {
    const outcome = await unlessKilled(erase('acme', killedAfter(statements)));
    const [known] = await readErasures(tables.client);
    pseudonym = known ? pseudonymOf(known, 'acme') : PERSON;
    // Readers see the sums of before at each moment; the person may have two names until the command has finished.
    expect(totalOf(await usageBy(['user']))).toEqual(totalOf(await usageBy(['hour'])));
    if (outcome) break;
    // An aggregator works on, and a consumer delivers some calls again, by what is recorded.
    await land(
      events.slice(0, 9).map((each) => (known && isErased(each) ? withUser(each, pseudonym) : each)),
    );
    await sealAgain();
    expect(totalOf(await usageBy(['user']))).toEqual(totalOf(await usageBy(['hour'])));
  }
  await sealAgain();
  const after = await figures(pseudonym);
  expect(after.byUserAndHour).toEqual(before.byUserAndHour);
  expect(after.tables.find(({ name }) => name === 'conflicts')?.rows).toEqual([]);
  await erase('');
  expect(await traces()).toEqual([]);
}, 300_000);

it('changes no sum while an aggregator seals and calls are delivered again', async () => {
  const events = someEvents();
  await land(events);
  await seal();
  const expected = totalOf(await usageBy(['user']));
  const erasing = { isRunning: true };
  const running = erase().finally(() => (erasing.isRunning = false));
  const hours = [...new Set(events.map(({ occurred_at }) => floorTo(occurred_at, HOUR_MS)))].filter(
    (hour) => hour < THIS_HOUR,
  );
  let reads = 0;
  while (erasing.isRunning) {
    const hour = hours[reads % hours.length] ?? THIS_HOUR;
    await addInvalidations(tables.client, [{ org_id: 'acme', hour, id: randomUUID() }]);
    await sealAgain();
    expect(totalOf(await usageBy(['user']))).toEqual(expected);
    reads += 1;
    await delay(5);
  }
  const [erased] = await running;
  expect(reads).toBeGreaterThan(0);
  expect(totalOf(await usageBy(['user']))).toEqual(expected);
  const users = new Set((await usageBy(['user'])).map(({ user }) => user));
  expect(users).toEqual(new Set(['bob', 'eve', erased?.pseudonym]));
}, 240_000);

it('erases the id also from breakdowns that are filled meanwhile', async () => {
  await land(someEvents());
  await seal();
  await insertFrozen();
  const before = await figures(PERSON);
  await forgetNarrow();
  const erasing = { isRunning: true };
  // Two steps fill rows with the id while the erase runs, before it gives the first ones to the pseudonym.
  const { promise: twoSteps, resolve: goOn } = Promise.withResolvers<void>();
  const running = erase('acme', writesRollupsAfter(twoSteps)).finally(() => (erasing.isRunning = false));
  let steps = 0;
  while (erasing.isRunning) {
    await fillBreakdowns(tables.client, 2);
    steps += 1;
    if (steps === 2) goOn();
  }
  const [erased] = await running;
  expect(steps).toBeGreaterThan(1);
  for (;;) {
    const { sealed, breakdowns } = await readProgress(tables.client);
    if (breakdowns === sealed) break;
    await fillBreakdowns(tables.client);
  }
  const after = await figures(erased?.pseudonym ?? '');
  expect(after.byUser).toEqual(before.byUser);
  expect(after.byUserAndHour).toEqual(before.byUserAndHour);
  await erase('');
  expect(await traces()).toEqual([]);
}, 240_000);
