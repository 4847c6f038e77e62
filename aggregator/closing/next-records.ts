import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import type { LogRecord } from '../../platform/landed-log.ts';
import { encodeDailyCharge } from '../../schemas/daily-charge.ts';
import type { Day } from '../../domain/calendar/zone-days.ts';
import type { SettingsStore } from '../../store/settings/store.ts';
import { nextChargeRecord, type DayUsage, type Revision } from '../../domain/closing/next-revision.ts';
import { readDayUsage } from '../../store/charges/day-usage.ts';
import { readLastRevisions, revisionKey } from '../../store/charges/last-revisions.ts';
import type { Failure } from '../../store/progress/set-aside.ts';
import type { Window } from './batches.ts';
import { readApart } from './read-apart.ts';

/** What decides the next record of a day. */
export interface Figures {
  readonly client: ClickHouseClient;
  /** Refreshed each time: a process that was suspended in between must not decide by outdated settings. */
  readonly store: SettingsStore;
  readonly now: () => number;
}

/** The records that the log lacks of a batch, and the organisations whose records cannot be computed. */
export interface NextRecords {
  readonly records: readonly LogRecord[];
  /** The days of the records. */
  readonly changed: readonly Window[];
  readonly failures: readonly Failure[];
}

/**
 * Compares the last landed revisions of a batch with its usage and settings.
 *
 * All three are read at the same time. Where another aggregator appends a revision meanwhile, it may have counted more
 * than was read here. The record computed here then has too few calls, and the comparison after its landing corrects it.
 * @param sealedUntil progress `sealed`, epoch milliseconds
 * @throws the errors of ClickHouse where it fails for everyone
 */
export async function nextRecords(
  { client, store, now }: Figures,
  batch: readonly Window[],
  sealedUntil: number,
): Promise<NextRecords> {
  const failures: Failure[] = [];
  const [settings, figures] = await Promise.all([
    store.refresh(),
    readFigures(client, batch, sealedUntil, failures),
  ]);
  const records: LogRecord[] = [];
  const changed: Window[] = [];
  for (const { day, usages } of figures) {
    const orgIds: string[] = [];
    for (const { usage, revision } of usages) {
      const history = settings.history(usage.orgId);
      if (!history) continue;
      try {
        const record = nextChargeRecord(settings.catalogues, history, day, usage, revision, now());
        if (!record) continue;
        records.push({ key: record.org_id, value: encodeDailyCharge(record) });
        orgIds.push(record.org_id);
      } catch (error) {
        failures.push(failureOf(usage.orgId, day, error));
      }
    }
    if (orgIds.length > 0) changed.push({ day, orgIds: [...new Set(orgIds)] });
  }
  return { records, changed, failures };
}

/** A day of an organisation cannot be closed. */
export const failureOf = (orgId: string, day: Day, error: unknown): Failure => ({
  orgId,
  step: 'close',
  error,
  daysFrom: day.from,
});

interface DayFigures {
  readonly usage: DayUsage;
  readonly revision: Revision | undefined;
}

async function readFigures(
  client: ClickHouseClient,
  batch: readonly Window[],
  sealedUntil: number,
  failures: Failure[],
): Promise<{ readonly day: Day; readonly usages: readonly DayFigures[] }[]> {
  const figures: { readonly day: Day; readonly usages: readonly DayFigures[] }[] = [];
  for (const { day, orgIds } of batch) {
    const usages = await readApart(
      orgIds,
      async (ids) => {
        const [last, used] = await Promise.all([
          readLastRevisions(client, ids, day.date, day.date),
          readDayUsage(client, day, sealedUntil, ids),
        ]);
        return [...used, ...emptiedDays(used, last)].map((usage) => ({
          usage,
          revision: last.get(revisionKey(usage.orgId, usage.product, day.date)),
        }));
      },
      (orgId, error) => failures.push(failureOf(orgId, day, error)),
    );
    figures.push({ day, usages });
  }
  return figures;
}

/** Closed days without any calls left: an earlier payload under the same ids moved the calls to another product. */
function emptiedDays(used: readonly DayUsage[], last: ReadonlyMap<string, Revision>): DayUsage[] {
  const found = new Set(used.map(({ orgId, product }) => JSON.stringify([orgId, product])));
  return [...last.values()]
    .filter(({ org_id, product }) => !found.has(JSON.stringify([org_id, product])))
    .map(({ org_id, product }) => ({ orgId: org_id, product, calls: 0, credits: 0 }));
}
