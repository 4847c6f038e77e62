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
  /** Refreshed in every round: a process that was suspended in between must not decide by outdated settings. */
  readonly store: SettingsStore;
  /** The topic daily-charges. */
  readonly log: LandedLog;
  readonly now: () => number;
}

/** Another aggregator kept winning the same revisions. Harmless: the next tick compares the days again. */
export class RevisionContestError extends Error {
  readonly code = 'REVISION_CONTEST';
  constructor(rounds: number) {
    super(
      `Closing did not settle in ${rounds} rounds: another aggregator is closing the same days. ` +
        'The next tick tries again.',
    );
    this.name = 'RevisionContestError';
  }
}

const MAX_ROUNDS = 5;
const RECORDS_PER_APPEND = 5_000;

/**
 * Closes and re-closes days until the log agrees with the events. Each round computes the charge of every day, appends
 * a revision where the last landed one differs, and waits until the log has landed. Then it compares again, for two
 * reasons: the first record of a revision in log order is that revision, and another aggregator may have written it;
 * and the consumer drops a record that was appended after its statement became final.
 * @param sealedUntil progress `sealed`, epoch milliseconds
 * @returns the number of records appended
 * @throws RevisionContestError where days still differ after five rounds
 */
export async function closeDays(
  closing: Closing,
  candidates: readonly Candidate[],
  sealedUntil: number,
): Promise<number> {
  let appended = 0;
  let unsettled = windowsOf(candidates);
  for (let round = 0; unsettled.length > 0; round += 1) {
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
    for (const window of unsettled) {
      const next = await nextRecords(closing, settings, window, sealedUntil);
      records.push(...next);
      if (next.length > 0) changed.push({ day: window.day, orgIds: next.map(({ org_id }) => org_id) });
      if (records.length >= RECORDS_PER_APPEND) await flush();
    }
    await flush();
    unsettled = changed;
  }
  return appended;
}

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
): Promise<DailyCharge[]> {
  const { day, orgIds } = window;
  const last = await readLastRevisions(closing.client, orgIds, day.date, day.date);
  const records: DailyCharge[] = [];
  const used = await readDayUsage(closing.client, day, sealedUntil, orgIds);
  for (const usage of [...used, ...emptiedDays(used, last)]) {
    const history = settings.history(usage.orgId);
    if (!history) continue;
    const revision = last.get(revisionKey(usage.orgId, usage.product, day.date));
    const record = nextChargeRecord(settings.catalogues, history, day, usage, revision, closing.now());
    if (record) records.push(record);
  }
  return records;
}

/** Closed days without any calls left: an earlier payload under the same ids moved the calls to another product. */
function emptiedDays(used: readonly DayUsage[], last: ReadonlyMap<string, Revision>): DayUsage[] {
  const found = new Set(used.map(({ orgId, product }) => JSON.stringify([orgId, product])));
  return [...last.values()]
    .filter(({ org_id, product }) => !found.has(JSON.stringify([org_id, product])))
    .map(({ org_id, product }) => ({ orgId: org_id, product, calls: 0, credits: 0 }));
}
