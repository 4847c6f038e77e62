import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import type { LandedLog } from '../../platform/landed-log.ts';
import { encodeDailyCharge, type DailyCharge } from '../../schemas/daily-charge.ts';
import type { Day } from '../../domain/calendar/zone-days.ts';
import type { SettingsState } from '../../domain/settings/state.ts';
import type { SettingsStore } from '../../store/settings/store.ts';
import type { Candidate } from '../../store/charges/days-to-close.ts';
import { nextChargeRecord, type DayUsage, type Revision } from '../../domain/closing/next-revision.ts';
import { readDayUsage } from '../../store/charges/day-usage.ts';
import { readLastRevisions, revisionKey } from '../../store/charges/last-revisions.ts';

export interface Closing {
  readonly client: ClickHouseClient;
  /** Read anew in every round: whoever slept in between must not decide by what held before. */
  readonly store: SettingsStore;
  /** The topic daily-charges. */
  readonly log: LandedLog;
  readonly now: () => number;
}

/** Another aggregator kept winning the same revisions: it is at work on the same days, and so is this one later. */
export class RevisionContestError extends Error {
  readonly code = 'REVISION_CONTEST';
  constructor(rounds: number) {
    super(
      `Closing did not settle in ${rounds} rounds: another aggregator decides the same days. Will be retried.`,
    );
  }
}

const MAX_ROUNDS = 5;
const RECORDS_AT_ONCE = 5_000;

/**
 * Closes and re-closes days until the log says what the events say: computes each day's charge, appends a revision
 * where the last landed one differs, waits for the log to land, and looks again, because the first record of a
 * revision in log order is that revision and it may be another aggregator's, and one that was appended after its
 * statement became final is none.
 * @param sealedUntil progress `sealed`
 * @returns how many records it appended.
 */
export async function closeDays(
  closing: Closing,
  candidates: readonly Candidate[],
  sealedUntil: number,
): Promise<number> {
  let appended = 0;
  let undecided = windowsOf(candidates);
  for (let round = 0; undecided.length > 0; round += 1) {
    if (round === MAX_ROUNDS) throw new RevisionContestError(MAX_ROUNDS);
    const settings = await closing.store.refresh();
    const changed: Window[] = [];
    let records: DailyCharge[] = [];
    const flush = async (): Promise<void> => {
      await closing.log.append(
        records.map((record) => ({ key: record.org_id, value: encodeDailyCharge(record) })),
      );
      appended += records.length;
      records = [];
    };
    for (const window of undecided) {
      const next = await nextRecords(closing, settings, window, sealedUntil);
      records.push(...next);
      if (next.length > 0) changed.push({ day: window.day, orgIds: next.map(({ org_id }) => org_id) });
      if (records.length >= RECORDS_AT_ONCE) await flush();
    }
    await flush();
    undecided = changed;
  }
  return appended;
}

/** Orgs that share a day, bounds and all: one read of usage serves them. */
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
): Promise<DailyCharge[]> {
  const { day, orgIds } = window;
  const last = await readLastRevisions(closing.client, orgIds, day.date, day.date);
  const records: DailyCharge[] = [];
  const used = await readDayUsage(closing.client, day, sealedUntil, orgIds);
  for (const usage of [...used, ...nothingLeft(used, last)]) {
    const history = settings.history(usage.orgId);
    if (!history) continue;
    const revision = last.get(revisionKey(usage.orgId, usage.product, day.date));
    const record = nextChargeRecord(settings.catalogues, history, day, usage, revision, closing.now());
    if (record) records.push(record);
  }
  return records;
}

/** Closed days that have no calls any more: an earlier payload said that they were another product's. */
function nothingLeft(used: readonly DayUsage[], last: ReadonlyMap<string, Revision>): DayUsage[] {
  const found = new Set(used.map(({ orgId, product }) => JSON.stringify([orgId, product])));
  return [...last.values()]
    .filter(({ org_id, product }) => !found.has(JSON.stringify([org_id, product])))
    .map(({ org_id, product }) => ({ orgId: org_id, product, calls: 0, credits: 0 }));
}
