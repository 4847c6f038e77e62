import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import type { DailyCharge } from '../../schemas/daily-charge.ts';
import { wholeFrom, type KeptEvents } from '../../schemas/event-rules.ts';
import type { OrgHistory } from '../../domain/settings/org-history.ts';
import { calendarOf } from '../../domain/calendar/calendar.ts';
import type { LocalDate } from '../../domain/calendar/dates.ts';
import { formatInstant } from '../../domain/instants.ts';
import type { Day } from '../../domain/calendar/zone-days.ts';
import { nextChargeRecord, type Revision } from '../../domain/closing/next-revision.ts';
import { readLastRevisions, revisionKey } from '../../store/charges/last-revisions.ts';
import { readProgress } from '../../store/progress/aggregator-progress.ts';
import type { SettingsState } from '../../domain/settings/state.ts';
import { compareSealed, countDay, type BucketDifference } from './recount.ts';

/** How the stored figures of a range of days differ from a fresh count of the events. */
export interface Recomputed {
  readonly days: readonly Day[];
  /** The days among them that the aggregator has not closed yet: only their sealed hours are compared. */
  readonly openDays: readonly Day[];
  readonly buckets: readonly BucketDifference[];
  readonly charges: readonly ChargeDifference[];
  /** Progress `sealed` at the time of the comparison, epoch milliseconds. */
  readonly sealedUntil: number;
}

/** A closed day whose last revision differs from what its events and settings give. */
export interface ChargeDifference {
  readonly day: Day;
  /** The last recorded revision. */
  readonly recorded: Revision | undefined;
  /** The revision that would correct it. */
  readonly corrected: DailyCharge;
}

export interface RecomputeRequest {
  readonly client: ClickHouseClient;
  readonly settings: SettingsState;
  readonly org: OrgHistory;
  /** Which raw events are still there. */
  readonly kept: KeptEvents;
  readonly product: string;
  /** Local dates, half-open. */
  readonly from: LocalDate;
  readonly to: LocalDate;
  /** Epoch milliseconds. */
  readonly now: number;
}

/**
 * The day can no longer be counted: retention may have dropped some of its raw events, so its figures stay as they are
 * (domain.md, Open, closed, final).
 */
export class FrozenDayError extends Error {
  readonly code = 'FROZEN_DAY';
  /** @param wholeSince epoch milliseconds */
  constructor(date: LocalDate, wholeSince: number, first: LocalDate) {
    super(
      `${date} is frozen: raw events before ${formatInstant(wholeSince)} may have been dropped (RETENTION_DAYS), so ` +
        `the day cannot be counted again and keeps its figures. The first day that can be recomputed is ${first}.`,
    );
    this.name = 'FrozenDayError';
  }
}

/** Counts the days again and compares them; changes nothing. @throws FrozenDayError */
export async function recompute(request: RecomputeRequest): Promise<Recomputed> {
  const { client, settings, org, product, now } = request;
  const calendar = calendarOf(org.timeZone);
  const days = calendar.daysByDates(request.from, request.to).filter(({ from }) => from <= now);
  const wholeSince = wholeFrom(request.kept, now);
  const frozen = days.find(({ from }) => from < wholeSince);
  if (frozen) {
    const first = calendar.dayAt(calendar.dayAt(wholeSince - 1).to);
    throw new FrozenDayError(frozen.date, wholeSince, first.date);
  }

  const progress = await readProgress(client);
  const { sealed, closed } = progress;
  const last = await readLastRevisions(client, [org.orgId], request.from, request.to);
  const buckets: BucketDifference[] = [];
  const charges: ChargeDifference[] = [];
  for (const day of days) {
    buckets.push(...(await compareSealed(client, org.orgId, day, progress)));
    if (day.to > closed) continue;
    const revision = last.get(revisionKey(org.orgId, product, day.date));
    const usage = await countDay(client, org.orgId, product, day);
    const record = nextChargeRecord(settings.catalogues, org, day, usage, revision, now);
    if (record) charges.push({ day, recorded: revision, corrected: record });
  }
  return {
    days,
    openDays: days.filter(({ to }) => to > closed),
    buckets,
    charges,
    sealedUntil: sealed,
  };
}
