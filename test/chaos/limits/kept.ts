import { DAY_MS } from '../../../schemas/time-units.ts';
import { CAP, CAP_HUNDREDTHS, INCLUDED, RATE_HUNDREDTHS } from './gated-orgs.ts';

/** A call as the log has it: it was admitted before it occurred. */
export interface LimitedCall {
  readonly org: string;
  readonly user: string;
  readonly app: string;
  readonly at: number;
  readonly credits: number;
  /** Admitted without credits, because no gate answered: such calls may exceed the limit (docs/limits.md). */
  readonly isUnleased: boolean;
}

export interface KeptLimit {
  readonly name: string;
  /** The most credits that may have been in effect for a call that was admitted at an instant. */
  readonly creditsAt: (at: number) => number;
  readonly counts: (call: LimitedCall) => boolean;
}

export interface FullestWindow {
  /** Credits of the 24 hours that exceed what they may have by the most, or come closest to it. */
  readonly credits: number;
  readonly allowed: number;
  /** When they end, with a call. */
  readonly at: number;
}

/**
 * The rolling 24 hours of a limit that come closest to it, or exceed it: counted anew at every call, in plain integers.
 * @returns undefined where no call counts
 */
export function fullestWindow(calls: readonly LimitedCall[], limit: KeptLimit): FullestWindow | undefined {
  const counted = calls.filter((call) => limit.counts(call)).toSorted((a, b) => a.at - b.at);
  let fullest: FullestWindow | undefined;
  let [first, credits, unleased] = [0, 0, 0];
  for (const [index, call] of counted.entries()) {
    credits += call.credits;
    unleased += call.isUnleased ? call.credits : 0;
    for (let left = counted[first]; left && left.at <= call.at - DAY_MS; left = counted[(first += 1)]) {
      credits -= left.credits;
      unleased -= left.isUnleased ? left.credits : 0;
    }
    // Calls of the same millisecond are in the same window.
    if (counted[index + 1]?.at === call.at) continue;
    const allowed = limit.creditsAt(call.at) + unleased;
    if (fullest === undefined || credits - allowed > fullest.credits - fullest.allowed)
      fullest = { credits, allowed, at: call.at };
  }
  return fullest;
}

/** @returns a line for each limit that some 24 hours exceed */
export function limitDifferences(calls: readonly LimitedCall[], limits: readonly KeptLimit[]): string[] {
  return limits.flatMap((limit) => {
    const fullest = fullestWindow(calls, limit);
    if (fullest === undefined) return [`${limit.name}: no call was made`];
    const { credits, allowed, at } = fullest;
    if (credits <= allowed) return [];
    const until = new Date(at).toISOString();
    return [
      `${limit.name}: ${credits} credits in the 24 hours until ${until}, at most ${allowed} are allowed`,
    ];
  });
}

/** The bill of each calendar month must be within the cap; days are in UTC. @returns a line for each that is not */
export function capDifferences(calls: readonly LimitedCall[]): string[] {
  const usedByDay = new Map<string, number>();
  for (const { at, credits } of calls) {
    const day = new Date(at).toISOString().slice(0, 10);
    usedByDay.set(day, (usedByDay.get(day) ?? 0) + credits);
  }
  const paidByMonth = new Map<string, number>();
  for (const [day, used] of usedByDay) {
    const month = day.slice(0, 7);
    paidByMonth.set(month, (paidByMonth.get(month) ?? 0) + Math.max(0, used - INCLUDED));
  }
  return [...paidByMonth].flatMap(([month, credits]) =>
    credits * RATE_HUNDREDTHS <= CAP_HUNDREDTHS * 1_000
      ? []
      : [
          `the bill of ${month}: ${credits} credits beyond the included ones cost more than the cap of ${CAP}`,
        ],
  );
}
