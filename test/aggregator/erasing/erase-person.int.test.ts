import { planErasure } from '../../../aggregator/erasing/person.ts';
import { isName } from '../../../schemas/event-rules.ts';
import { DAY_MS, HOUR_MS } from '../../../schemas/time-units.ts';
import { readUsage } from '../../../store/usage/read.ts';
import {
  NOW,
  THIS_HOUR,
  PERSON,
  TIMES,
  ofPerson,
  someEvents,
  land,
  insertFrozen,
  seal,
  sealAgain,
  planned,
  erase,
  usageBy,
  figures,
  traces,
  columnsOf,
  nextOffset,
  useErasingTables,
} from './erasing-tables.ts';

const tables = useErasingTables();

it('replaces the id and the addresses everywhere, in sealed, open and frozen hours, and changes no figure', async () => {
  const events = someEvents();
  await land(events);
  await seal();
  await insertFrozen();
  const late = ofPerson({ occurred_at: THIS_HOUR - 30 * HOUR_MS });
  await land([late]);
  const before = await figures(PERSON);
  expect(await traces()).toEqual([
    'call_events.user_id',
    'usage_15m_by.user_id',
    'usage_15m_by_user.user_id',
    'call_events.source_address',
  ]);

  const [erased] = await erase();
  const pseudonym = erased?.pseudonym ?? '';
  expect(isName(pseudonym)).toBe(true);
  expect(erased).toMatchObject({ orgId: 'acme', hours: expect.any(Number) });
  expect(erased?.events).toBe(
    events.concat(late).filter((e) => e.user_id === PERSON && e.org_id === 'acme').length,
  );

  const after = await figures(pseudonym);
  expect(after.byUser).toEqual(before.byUser);
  expect(after.byUserAndHour).toEqual(before.byUserAndHour);
  expect(await columnsOf('bob')).toEqual([
    'call_events.user_id',
    'usage_15m_by.user_id',
    'usage_15m_by_user.user_id',
  ]);
  // The other organisation keeps its own caller of this name.
  const left = await usageBy(['user'], 'other');
  expect(left.map(({ user }) => user)).toContain(PERSON);

  expect((await erase('')).map(({ orgId }) => orgId)).toEqual(['other']);
  expect(await traces()).toEqual([]);
  expect(await figures(pseudonym)).toEqual(after);
  // A seal counts what the command has counted.
  await sealAgain();
  expect(await figures(pseudonym)).toEqual({ ...after, tables: expect.anything() });
}, 240_000);

it('makes no conflict of payloads, and keeps those that there are', async () => {
  const hour = THIS_HOUR - 5 * HOUR_MS;
  const [once, twice] = [ofPerson({ occurred_at: hour }), ofPerson({ occurred_at: hour + 1 })];
  const first = { ...twice, user_id: 'bob', offset: twice.offset };
  const second = { ...twice, offset: nextOffset() };
  await land([once, first]);
  await land([second]);
  await seal();
  const before = await figures(PERSON);
  expect(before.tables.find(({ name }) => name === 'conflicts')?.rows).toHaveLength(1);

  const [erased] = await erase();
  const pseudonym = erased?.pseudonym ?? '';
  const redelivered = { user_id: pseudonym, source_address: pseudonym };
  await land([{ ...once, ...redelivered }, first, { ...second, ...redelivered }]);
  await sealAgain();
  expect(await figures(pseudonym)).toEqual(before);
}, 120_000);

it('keeps the pseudonym when it is run again, and leaves calls after the cut alone', async () => {
  await land([ofPerson({ occurred_at: NOW - DAY_MS })]);
  const [first] = await erase();
  const { cut } = await planned();
  await land([ofPerson({ occurred_at: NOW - HOUR_MS }), ofPerson({ occurred_at: cut })]);
  const [second] = await erase();
  expect(second).toMatchObject({ pseudonym: first?.pseudonym, events: 1 });
  const users = await readUsage(tables.client, {
    orgId: 'acme',
    from: NOW - 2 * DAY_MS,
    to: cut + HOUR_MS,
    groupBy: ['user'],
  });
  expect(users.map(({ user, calls }) => [user, calls])).toEqual([
    [PERSON, 1],
    [first?.pseudonym, 2],
  ]);
  expect(await erase()).toMatchObject([{ events: 0, rollupRows: 0, hours: 0 }]);
}, 120_000);

it('gives the same id another pseudonym in another organisation, and in another deployment', async () => {
  await land([ofPerson(), ofPerson({ org_id: 'other' })]);
  const pseudonyms = (await erase('')).map(({ pseudonym }) => pseudonym);
  expect(new Set(pseudonyms).size).toBe(2);
  expect(pseudonyms).not.toContain(planErasure([], '', PERSON, TIMES).secret);
}, 120_000);
