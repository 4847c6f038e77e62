import { calendarOf } from '../../../domain/calendar/calendar.ts';
import type { Day } from '../../../domain/calendar/zone-days.ts';
import { nextChargeRecord } from '../../../domain/closing/next-revision.ts';
import type { SettingsState } from '../../../domain/settings/state.ts';
import type { DailyCharge } from '../../../schemas/daily-charge.ts';
import type { LoggedChange } from '../../../schemas/settings-change.ts';
import type { RawDelivery } from './raw.ts';

const ORG = 'acme';

/** One aggregator, at an instant: appends what it found before it fell asleep, reads, computes, and appends that. */
export interface Step {
  readonly at: number;
  readonly who: 0 | 1;
  /** Falls asleep between computing and appending, until its next step. */
  readonly sleeps: boolean;
  /** How many more of the events have landed by then. */
  readonly lands: number;
  /** How many of the log's newest records it does not see yet; its own it always sees. */
  readonly behind: number;
  /** Which days it looks at, by bits. */
  readonly days: number;
}

/** A record and when the log got it. */
export interface Appended extends DailyCharge {
  readonly appended_at: number;
}

/**
 * The topic daily-charges and two aggregators that close days from it, both by nextChargeRecord: what the log says
 * after every step and once both found nothing more to do.
 */
export function race(
  initial: SettingsState,
  changes: readonly LoggedChange[],
  deliveries: readonly RawDelivery[],
  steps: readonly Step[],
  end: number,
): readonly Appended[] {
  const log: Appended[] = [];
  const found: [DailyCharge[], DailyCharge[]] = [[], []];
  const appendedUpTo: [number, number] = [0, 0];
  let settings = initial;
  let arrived = 0;

  const put = (records: readonly DailyCharge[], at: number): void =>
    void log.push(...records.map((record) => ({ ...record, appended_at: at })));

  function look(at: number, last: ReadonlyMap<string, DailyCharge>, isWanted: (index: number) => boolean) {
    // A day closes only once the changes of it have landed (tick.ts), so all of them are known.
    settings = settings.after(changes.filter(({ appended_at }) => appended_at <= at));
    const history = settings.history(ORG);
    if (!history) return [];
    const records: DailyCharge[] = [];
    let index = 0;
    for (const { day, product, credits, calls } of usageOf(deliveries.slice(0, arrived), settings)) {
      index += 1;
      if (day.to > at || !isWanted(index)) continue;
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
      put(found[step.who].splice(0), step.at);
      appendedUpTo[step.who] = log.length;
    };
    if (found[step.who].length > 0) append();
    const seen = Math.max(log.length - step.behind, appendedUpTo[step.who]);
    const isWanted = (index: number): boolean => ((step.days >> index) & 1) === 1;
    found[step.who] = look(step.at, lastRevisions(landed(log.slice(0, seen))), isWanted);
    if (!step.sleeps) append();
  }
  arrived = deliveries.length;
  // Whoever slept wakes now, with what it found long ago.
  put([...found[1], ...found[0]], end);
  for (;;) {
    const records = look(end, lastRevisions(landed(log)), () => true);
    if (records.length === 0) return log;
    put(records, end);
  }
}

/** What the consumer lands of the log: not what came after its statement became final. */
export function landed(log: readonly Appended[]): Appended[] {
  return log.filter(({ appended_at, append_before }) => appended_at < append_before);
}

/** The first record of each revision in log order, the others having lost. */
export function decided<Charge extends Pick<DailyCharge, 'day' | 'product' | 'revision'>>(
  log: readonly Charge[],
): Charge[] {
  const seen = new Set<string>();
  return log.filter(({ day, product, revision }) => {
    const key = `${day} ${product} ${revision}`;
    return !seen.has(key) && seen.add(key);
  });
}

function lastRevisions(log: readonly DailyCharge[]): Map<string, DailyCharge> {
  return new Map(decided(log).map((record) => [`${record.day} ${record.product}`, record]));
}

/** What the store counts: distinct events by day and product, the first of two under one id. */
function usageOf(deliveries: readonly RawDelivery[], settings: SettingsState) {
  const calendar = calendarOf(settings.history(ORG)?.timeZone ?? []);
  const usage = new Map<string, { day: Day; product: string; credits: number; calls: number }>();
  const seen = new Set<number>();
  for (const { id, at, product, credits } of deliveries) {
    if (seen.has(id)) continue;
    seen.add(id);
    const day = calendar.dayAt(at);
    const key = `${day.date} ${product}`;
    const sums = usage.get(key) ?? { day, product, credits: 0, calls: 0 };
    usage.set(key, sums);
    sums.credits += credits;
    sums.calls += 1;
  }
  return usage.values();
}
