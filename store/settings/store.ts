import { AsyncResource } from 'node:async_hooks';
import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import type { Outcome } from '../../domain/settings/outcome.ts';
import { SettingsState, type UnknownOrgs } from '../../domain/settings/state.ts';
import { followReleases } from '../zone-releases.ts';
import { readApplied, readLog, readLogOf, ROWS_AT_ONCE } from './read-log.ts';
import { readSnapshot, writeSnapshot } from './snapshots.ts';

/** The settings up to the last landed change. */
export interface SettingsStore {
  /** Reads the changes that have landed since the last call and returns the new state. States are immutable. */
  refresh(): Promise<SettingsState>;
}

/** The settings, and the outcomes of all changes: those before a snapshot are not in memory. */
export interface SettingsLog extends SettingsStore {
  /**
   * The state of the last read, for callers that find out themselves whether the log has changes from its nextOffset on:
   * then they refresh. Undefined where a refresh is due anyway, as before the first one.
   */
  known(): SettingsState | undefined;
  /** Every change of an organisation (or of the catalogues: ''), oldest first, including rejected ones. */
  outcomesOf(state: SettingsState, orgId: string): Promise<Outcome[]>;
  /** The outcome of the change with this id; undefined where none is applied. */
  outcome(state: SettingsState, changeId: string): Promise<Outcome | undefined>;
}

export interface SnapshotWriting {
  /** A snapshot is written whenever so many changes were folded since the last one. */
  readonly changesPerSnapshot: number;
  /** Gets the error of a snapshot that was not written: the settings are complete without it. */
  readonly onError: (error: unknown) => void;
}

/** D: so many changes fold in a second; a process that has folded more writes a snapshot. */
export const CHANGES_PER_SNAPSHOT = 20_000;

/**
 * Keeps the folded log in memory (a few hundred bytes a change) and reads only new changes. A read in progress may miss
 * a change that a new caller must see, so all callers during a read share the next one. For 400 concurrent changes that
 * made 100 reads instead of 760.
 *
 * Starts from the latest snapshot that holds (snapshots.ts), so a start does not fold the whole log again.
 * @param unknownOrgs setting UNKNOWN_ORGS
 * @param writing absent for processes that may only read
 */
export function createSettingsStore(
  client: ClickHouseClient,
  unknownOrgs: UnknownOrgs,
  writing?: SnapshotWriting,
): SettingsLog {
  let state: SettingsState | undefined;
  let snapshotAt = 0;
  let running: Promise<unknown> = Promise.resolve();
  /** Begins when `running` has ended, successfully or not. */
  let next: Promise<SettingsState> | undefined;

  const follow = followReleases(client);
  // Bound to no request's async context: several requests share a read, and none may cancel it for the others.
  const read = AsyncResource.bind(async (): Promise<SettingsState> => {
    // The days of an organisation are computed by its settings and these.
    await follow();
    const known = state ?? (await start());
    let folding: SettingsState | undefined;
    for (;;) {
      const rows = await readLog(client, (folding ?? known).nextOffset);
      if (rows.length > 0) (folding ??= known.copy()).append(rows, await appliedBefore(known, rows));
      if (rows.length === ROWS_AT_ONCE) continue;
      // Published as a whole: no reader has the states in between, and a failed read leaves the one before.
      state = folding ?? known;
      await keep(state);
      return state;
    }
  });

  async function start(): Promise<SettingsState> {
    const restored = await readSnapshot(client, unknownOrgs);
    snapshotAt = restored?.nextOffset ?? 0;
    return restored ?? new SettingsState(unknownOrgs);
  }

  /** The ids among these rows that changes before the snapshot have: a state knows only later ones. */
  async function appliedBefore(
    { outcomesFrom }: SettingsState,
    rows: readonly { readonly change_id: string }[],
  ): Promise<ReadonlySet<string>> {
    if (outcomesFrom === 0) return new Set();
    const ids = rows.map(({ change_id }) => change_id);
    return new Set((await readApplied(client, ids, outcomesFrom)).keys());
  }

  async function keep(current: SettingsState): Promise<void> {
    if (writing === undefined || current.nextOffset - snapshotAt < writing.changesPerSnapshot) return;
    // Where it is not written, the next attempt comes after as many further changes.
    snapshotAt = current.nextOffset;
    try {
      await writeSnapshot(client, unknownOrgs, current);
    } catch (error) {
      writing.onError(error);
    }
  }

  function begin(): Promise<SettingsState> {
    next = undefined;
    const reading = read();
    running = reading;
    return reading;
  }

  async function outcomesOf(current: SettingsState, orgId: string): Promise<Outcome[]> {
    const later = current.outcomesOf(orgId);
    if (current.outcomesFrom === 0) return later;
    const rows = await readLogOf(client, orgId, current.outcomesFrom);
    return [...new SettingsState(unknownOrgs).after(rows).outcomesOf(orgId), ...later];
  }

  async function outcome(current: SettingsState, changeId: string): Promise<Outcome | undefined> {
    const later = current.outcome(changeId);
    if (later !== undefined || current.outcomesFrom === 0) return later;
    const orgId = (await readApplied(client, [changeId], current.outcomesFrom)).get(changeId);
    if (orgId === undefined) return undefined;
    return (await outcomesOf(current, orgId)).find(({ change }) => change.change_id === changeId);
  }

  return {
    refresh: () => (next ??= running.then(begin, begin)),
    known: () => (follow.isDue() ? undefined : state),
    outcomesOf,
    outcome,
  };
}
