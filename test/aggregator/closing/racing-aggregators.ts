import { calendarOf } from '../../../domain/calendar/calendar.ts';
import type { Day } from '../../../domain/calendar/zone-days.ts';
import { nextChargeRecord } from '../../../domain/closing/next-revision.ts';
import type { SettingsState } from '../../../domain/settings/state.ts';
import type { DailyCharge } from '../../../schemas/daily-charge.ts';
import type { LoggedChange } from '../../../schemas/settings-change.ts';
import type { RawDelivery } from './raw.ts';

const ORG = 'acme';

/**
 * A step of one aggregator: it appends the records it computed before it fell asleep, then reads, computes, and appends
 * the new records.
 */
export interface Step {
  readonly at: number;
  readonly aggregator: 0 | 1;
  /** Falls asleep between computing and appending, until its next step. */
  readonly sleeps: boolean;
  /** How many more of the events have landed by then. */
  readonly lands: number;
  /** How many of the log's newest records it cannot read yet. It always reads its own. */
  readonly behind: number;
  /** The days that it checks, as bits. */
  readonly days: number;
}

/** A record and its append time. */
export interface Appended extends DailyCharge {
  readonly appended_at: number;
}

/**
 * Simulates the topic daily-charges and two aggregators that close days by nextChargeRecord. Returns the log after all
 * steps, and after both have nothing left to do.
 */
export function race(
  initial: SettingsState,
  changes: readonly LoggedChange[],
  deliveries: readonly RawDelivery[],
  steps: readonly Step[],
  end: number,
): readonly Appended[] {
  const log: Appended[] = [];
  const computed: [DailyCharge[], DailyCharge[]] = [[], []];
  const appendedUpTo: [number, number] = [0, 0];
  let settings = initial;
  let arrived = 0;

  const put = (records: readonly DailyCharge[], at: number): void =>
    void log.push(...records.map((record) => ({ ...record, appended_at: at })));

  function compute(
    at: number,
    last: ReadonlyMap<string, DailyCharge>,
    isChecked: (index: number) => boolean,
  ) {
    // A day closes only once its changes have landed (when-to-close.ts), so all of them are known.
    settings = settings.after(changes.filter(({ appended_at }) => appended_at <= at));
    const history = settings.history(ORG);
    if (!history) return [];
    const records: DailyCharge[] = [];
    let index = 0;
    for (const { day, product, credits, calls } of usageOf(deliveries.slice(0, arrived), settings)) {
      index += 1;
      if (day.to > at || !isChecked(index)) continue;
      const usage = { orgId: ORG, product, calls, credits };
      const revision = last.get(`${day.date} ${product}`);
      const record = nextChargeRecord(settings.catalogues, history, day, usage, revision, at);
      if (record) records.push(record);
    }
    return records;
  }

  for (const step of steps) {
    arrived += step.lands;
    const append = (): void => {
      put(computed[step.aggregator].splice(0), step.at);
      appendedUpTo[step.aggregator] = log.length;
    };
    if (computed[step.aggregator].length > 0) append();
    const readable = Math.max(log.length - step.behind, appendedUpTo[step.aggregator]);
    const isChecked = (index: number): boolean => ((step.days >> index) & 1) === 1;
    computed[step.aggregator] = compute(step.at, lastRevisions(landed(log.slice(0, readable))), isChecked);
    if (!step.sleeps) append();
  }
  arrived = deliveries.length;
  // A sleeping aggregator wakes now and appends what it computed long ago.
  put([...computed[1], ...computed[0]], end);
  for (;;) {
    const records = compute(end, lastRevisions(landed(log)), () => true);
    if (records.length === 0) return log;
    put(records, end);
  }
}

/** The records that the consumer lands: it drops those appended after their statement became final. */
export function landed(log: readonly Appended[]): Appended[] {
  return log.filter(({ appended_at, append_before }) => appended_at < append_before);
}

/** The records that count: the first one of each revision in log order. */
export function decided<Charge extends Pick<DailyCharge, 'day' | 'product' | 'revision'>>(
  log: readonly Charge[],
): Charge[] {
  const keys = new Set<string>();
  return log.filter(({ day, product, revision }) => {
    const key = `${day} ${product} ${revision}`;
    return !keys.has(key) && keys.add(key);
  });
}

function lastRevisions(log: readonly DailyCharge[]): Map<string, DailyCharge> {
  return new Map(decided(log).map((record) => [`${record.day} ${record.product}`, record]));
}

/** The usage that the store counts: distinct events by day and product, the first of several under one id. */
function usageOf(deliveries: readonly RawDelivery[], settings: SettingsState) {
  const calendar = calendarOf(settings.history(ORG)?.timeZone ?? []);
  const usage = new Map<string, { day: Day; product: string; credits: number; calls: number }>();
  const ids = new Set<number>();
  for (const { id, at, product, credits } of deliveries) {
    if (ids.has(id)) continue;
    ids.add(id);
    const day = calendar.dayAt(at);
    const key = `${day.date} ${product}`;
    const sums = usage.get(key) ?? { day, product, credits: 0, calls: 0 };
    usage.set(key, sums);
    sums.credits += credits;
    sums.calls += 1;
  }
  return usage.values();
}
