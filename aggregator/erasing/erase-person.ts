import { setTimeout as delay } from 'node:timers/promises';
import { Type } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { wholeFrom, type KeptEvents } from '../../schemas/event-rules.ts';
import { DAY_MS, HOUR_MS } from '../../schemas/time-units.ts';
import { floorTo } from '../../domain/instants.ts';
import { pseudonymOf, type Erasure } from '../../store/erasures/erasure.ts';
import { readErasures, recordErasure } from '../../store/erasures/log.ts';
import { chunksOf } from '../sealing/chunks.ts';
import { recordConflicts } from '../sealing/conflicts.ts';
import { clearInvalidations, readHeld } from '../sealing/invalidations.ts';
import { writeRollup } from '../sealing/rollup.ts';
import { eraseAlerts, type ErasedAlerts } from './alerts.ts';
import { holdHours } from './hold.ts';
import { replacePayloads } from './payloads.ts';
import { EVENTS_OF_PERSON, orgsOf, personParams, ROLLUP_OF_PERSON, ROLLUPS_OF_USERS } from './person.ts';
import { deleteRollupRows, moveRollupRows } from './rollup-rows.ts';
import { mutate, runningInsertsEnded, type Progress } from './statements.ts';

export interface Erasing {
  readonly client: ClickHouseClient;
  /** Of the tables of each server (platform/clickhouse/cluster.ts). */
  readonly nodes: readonly ClickHouseClient[];
  readonly kept: KeptEvents;
  readonly progress: Progress;
  /** How long the consumers may not know an erasure that is recorded, in milliseconds. */
  readonly knownAfterMs: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** What was rewritten in one organisation. */
export interface ErasedOrg extends ErasedAlerts {
  readonly orgId: string;
  readonly pseudonym: string;
  /** Rows of call_events, repeats included. */
  readonly events: number;
  /** Rows of the rollups that have user ids. */
  readonly rollupRows: number;
  /** Hours that were counted again. */
  readonly hours: number;
}

/** An aggregator frees a held hour after a day, and the events of an hour must last longer than that. */
const MARGIN_MS = 2 * DAY_MS;
/** They are query parameters, which travel in the request's URL. */
const HOURS_PER_STATEMENT = 240;
/** Rows that land while the command runs are found by a further round; more of them say that something is wrong. */
const MAX_ROUNDS = 5;

/** Rows of the person were inserted again and again. */
export class NotErasedError extends Error {
  readonly code = 'NOT_ERASED';
  constructor(orgId: string) {
    super(
      `Rows of the person are inserted into ${JSON.stringify(orgId)} again and again, by a consumer that does not know ` +
        'the erasure. Stop consumers of older releases, then run the command again.',
    );
    this.name = 'NotErasedError';
  }
}

/**
 * Replaces a person's user id and source addresses in events, rollups, traces and alerts. Every figure stays the same at each
 * moment: until an hour is counted again its figures come from the events, whose sums do not depend on the user id.
 *
 * Each step finds by itself what is left to do, so the command can be killed at any time and run again.
 * @param erasure of planErasure
 * @throws NotErasedError, MutationError, SealExpiredError
 */
export async function erasePerson(erasing: Erasing, erasure: Erasure): Promise<ErasedOrg[]> {
  const { client, nodes, progress } = erasing;
  // Also for the grants that it needs: later they would be missing in the middle.
  await runningInsertsEnded(nodes, progress);
  const orgs = () => (erasure.org_id === '' ? orgsOf(client, erasure) : Promise.resolve([erasure.org_id]));
  const known = (await readErasures(client)).find(({ id }) => id === erasure.id);
  for (const orgId of await orgs()) {
    // Before consumers land the pseudonym: its payloads contradict those with the id, in hours that are not held, and
    // the conflicts that there are could not be distinguished from these any more.
    const hours = (await holdHours(client, erasure, orgId, eventsFrom(erasing))).map(({ hour }) => hour);
    const isNew = (hour: number): boolean => known === undefined || hour >= known.cut;
    await recordAllConflicts(client, hours.filter(isNew), true);
  }
  await recordErasure(client, erasure);
  progress('waiting until the consumers know');
  await delay(erasing.knownAfterMs);
  await runningInsertsEnded(nodes, progress);
  const erased: ErasedOrg[] = [];
  for (const orgId of await orgs()) {
    // First: where only calls were left, a repeated command might not find the organisation any more.
    const alerts = await eraseAlerts(erasing, erasure, orgId);
    erased.push({ ...(await eraseInOrg(erasing, erasure, orgId)), ...alerts });
  }
  return erased;
}

async function eraseInOrg(
  erasing: Erasing,
  erasure: Erasure,
  orgId: string,
): Promise<Omit<ErasedOrg, keyof ErasedAlerts>> {
  const { client, nodes, progress } = erasing;
  const pseudonym = pseudonymOf(erasure, orgId);
  const params = personParams(erasure, orgId);
  let [events, rollupRows, hoursCounted] = [0, 0, 0];
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const found = await countRows(client, erasure, orgId);
    const hours = (await holdHours(client, erasure, orgId, eventsFrom(erasing))).map(({ hour }) => hour);
    if (found.events + found.rollup_rows + hours.length === 0)
      return { orgId, pseudonym, events, rollupRows, hours: hoursCounted };

    if (found.events > 0) {
      await replacePayloads(nodes, erasure, orgId, pseudonym, progress);
      const query = `UPDATE user_id = {pseudonym:String}, source_address = {pseudonym:String} WHERE ${EVENTS_OF_PERSON}`;
      await mutate(nodes, { table: 'call_events', query, params: { ...params, pseudonym } }, progress);
      // A seal that began before may still write the id.
      await runningInsertsEnded(nodes, progress);
    }
    await moveRollupRows(client, nodes, erasure, orgId, progress);
    await countAgain(
      erasing,
      hours.filter((hour) => hour + HOUR_MS <= erasing.now()),
    );
    await deleteRollupRows(nodes, erasure, orgId, progress);
    await release(client, erasure, orgId, hours);
    events += found.events;
    rollupRows += found.rollup_rows;
    hoursCounted = Math.max(hoursCounted, hours.length);
  }
  throw new NotErasedError(orgId);
}

async function countAgain({ client, progress }: Erasing, hours: readonly number[]): Promise<void> {
  let left = hours.length;
  for (const chunk of await chunksOf(client, hours)) {
    progress(`counting hours again: ${left} left`);
    await writeRollup(client, chunk, 'invalidated');
    left -= chunk.length;
  }
}

async function release(
  client: ClickHouseClient,
  erasure: Erasure,
  orgId: string,
  hours: readonly number[],
): Promise<void> {
  await clearInvalidations(client, await readHeld(client, orgId, erasure.id));
  await recordAllConflicts(client, hours, false);
}

async function recordAllConflicts(
  client: ClickHouseClient,
  hours: readonly number[],
  andHeld: boolean,
): Promise<void> {
  for (let start = 0; start < hours.length; start += HOURS_PER_STATEMENT) {
    await recordConflicts(client, hours.slice(start, start + HOURS_PER_STATEMENT), 'all', andHeld);
  }
}

const RowsRow = Type.Object({ events: Type.Integer(), rollup_rows: Type.Integer() });

async function countRows(client: ClickHouseClient, erasure: Erasure, orgId: string) {
  const [row] = await select(
    client,
    RowsRow,
    `SELECT (SELECT count() FROM call_events WHERE ${EVENTS_OF_PERSON}) AS events,
       ${ROLLUPS_OF_USERS.map(({ table }) => `(SELECT count() FROM ${table} WHERE ${ROLLUP_OF_PERSON})`).join(' + ')} AS rollup_rows`,
    personParams(erasure, orgId),
  );
  return row ?? { events: 0, rollup_rows: 0 };
}

/** The first hour whose events are complete, and stay so long enough for the hour to be held. */
const eventsFrom = ({ kept, now }: Erasing): number => floorTo(wholeFrom(kept, now()) + MARGIN_MS, HOUR_MS);
