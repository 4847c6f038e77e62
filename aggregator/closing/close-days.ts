import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import type { LandedLog } from '../../platform/landed-log.ts';
import { encodeDailyCharge } from '../../schemas/daily-charge.ts';
import type { Day } from '../../domain/calendar/zone-days.ts';
import type { SettingsState } from '../../domain/settings/state.ts';
import type { SettingsStore } from '../../store/settings/store.ts';
import type { Candidate } from '../../store/charges/days-to-close.ts';
import { nextChargeRecord, type DayUsage, type Revision } from '../../domain/closing/next-revision.ts';
import { readDayUsage } from '../../store/charges/day-usage.ts';
import { readLastRevisions, revisionKey } from '../../store/charges/last-revisions.ts';
import type { Failure } from '../../store/progress/set-aside.ts';
import { readApart } from './read-apart.ts';

export interface Closing {
  readonly client: ClickHouseClient;
  /** Refreshed in every round: a process that was suspended in between must not decide by outdated settings. */
  readonly store: SettingsStore;
  /** The topic daily-charges. */
  readonly log: LandedLog;
  readonly now: () => number;
}

/**
 * A day still differs after several rounds: another aggregator kept winning its revisions, or the consumer does not land
 * them. A later tick compares the day again.
 */
export class RevisionContestError extends Error {
  readonly code = 'REVISION_CONTEST';
  constructor(rounds: number) {
    super(
      `The day did not settle in ${rounds} rounds: another aggregator is closing it too, or its charge is quarantined ` +
        '(table quarantined). A later tick tries again.',
    );
    this.name = 'RevisionContestError';
  }
}

const MAX_ROUNDS = 5;
const RECORDS_PER_APPEND = 5_000;

/** What closing has done, and the organisations whose days it could not close. */
export interface Closed {
  /** The number of records appended. */
  readonly appended: number;
  readonly failures: readonly Failure[];
}

/** The same as closeApart, for callers that close a few days of one organisation. @throws the first failure's error */
export async function closeDays(
  closing: Closing,
  candidates: readonly Candidate[],
  sealedUntil: number,
): Promise<number> {
  const { appended, failures } = await closeApart(closing, candidates, sealedUntil);
  const [first] = failures;
  if (first) throw first.error;
  return appended;
}

/**
 * Closes and re-closes days until the log agrees with the events. Each round computes the charge of every day, appends
 * a revision where the last landed one differs, and waits until the log has landed. Then it compares again, for two
 * reasons: the first record of a revision in log order is that revision, and another aggregator may have written it;
 * and the consumer drops a record that was appended after its statement became final.
 *
 * A day that cannot be closed is a failure of its organisation and does not hold up the others: an error in its
 * figures or settings, or RevisionContestError where it still differs after five rounds.
 * @param sealedUntil progress `sealed`, epoch milliseconds
 * @throws the errors of LandedLog.append, and those of ClickHouse where it fails for everyone
 */
export async function closeApart(
  closing: Closing,
  candidates: readonly Candidate[],
  sealedUntil: number,
): Promise<Closed> {
  let appended = 0;
  const failures: Failure[] = [];
  let unsettled = windowsOf(candidates);
  for (let round = 0; unsettled.length > 0; round += 1) {
    if (round === MAX_ROUNDS) {
      failures.push(...contested(unsettled));
      break;
    }
    const settings = await closing.store.refresh();
    const changed: Window[] = [];
    let records: EncodedCharge[] = [];
    const flush = async (): Promise<void> => {
      await closing.log.append(records);
      appended += records.length;
      records = [];
    };
    for (const window of unsettled) {
      const next = await nextRecords(closing, settings, window, sealedUntil);
      failures.push(...next.failures);
      records.push(...next.records);
      if (next.records.length > 0) {
        changed.push({ day: window.day, orgIds: next.records.map(({ key }) => key) });
      }
      if (records.length >= RECORDS_PER_APPEND) await flush();
    }
    await flush();
    unsettled = changed;
  }
  return { appended, failures };
}

/** A record of the topic daily-charges; its key is the organisation's id. */
interface EncodedCharge {
  readonly key: string;
  readonly value: Buffer;
}

function contested(windows: readonly Window[]): Failure[] {
  return windows.flatMap(({ day, orgIds }) =>
    orgIds.map((orgId) => failureOf(orgId, day, new RevisionContestError(MAX_ROUNDS))),
  );
}

const failureOf = (orgId: string, day: Day, error: unknown): Failure => ({
  orgId,
  step: 'close',
  error,
  daysFrom: day.from,
});

/** Organisations whose days have the same date and bounds: one query reads the usage of all of them. */
interface Window {
  readonly day: Day;
  readonly orgIds: readonly string[];
}

function windowsOf(candidates: readonly Candidate[]): Window[] {
  const windows = new Map<string, { day: Day; orgIds: Set<string> }>();
  for (const { orgId, day } of candidates) {
    const key = `${day.date} ${day.from} ${day.to}`;
    const window = windows.get(key) ?? { day, orgIds: new Set() };
    windows.set(key, window);
    window.orgIds.add(orgId);
  }
  return [...windows.values()].map(({ day, orgIds }) => ({ day, orgIds: [...orgIds] }));
}

async function nextRecords(
  closing: Closing,
  settings: SettingsState,
  window: Window,
  sealedUntil: number,
): Promise<{ readonly records: EncodedCharge[]; readonly failures: Failure[] }> {
  const { client } = closing;
  const { day, orgIds } = window;
  const failures: Failure[] = [];
  const figures = await readApart(
    orgIds,
    async (ids) => {
      const last = await readLastRevisions(client, ids, day.date, day.date);
      const used = await readDayUsage(client, day, sealedUntil, ids);
      return [...used, ...emptiedDays(used, last)].map((usage) => ({
        usage,
        revision: last.get(revisionKey(usage.orgId, usage.product, day.date)),
      }));
    },
    (orgId, error) => failures.push(failureOf(orgId, day, error)),
  );
  const records: EncodedCharge[] = [];
  for (const { usage, revision } of figures) {
    const history = settings.history(usage.orgId);
    if (!history) continue;
    try {
      const record = nextChargeRecord(settings.catalogues, history, day, usage, revision, closing.now());
      if (record) records.push({ key: record.org_id, value: encodeDailyCharge(record) });
    } catch (error) {
      failures.push(failureOf(usage.orgId, day, error));
    }
  }
  return { records, failures };
}

/** Closed days without any calls left: an earlier payload under the same ids moved the calls to another product. */
function emptiedDays(used: readonly DayUsage[], last: ReadonlyMap<string, Revision>): DayUsage[] {
  const found = new Set(used.map(({ orgId, product }) => JSON.stringify([orgId, product])));
  return [...last.values()]
    .filter(({ org_id, product }) => !found.has(JSON.stringify([org_id, product])))
    .map(({ org_id, product }) => ({ orgId: org_id, product, calls: 0, credits: 0 }));
}
