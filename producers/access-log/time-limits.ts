import { NOTHING_DROPPED } from '../../schemas/event-rules.ts';
import { validateTime, type TimeLimits } from '../../schemas/event-validation.ts';
import { DAY_MS, SECOND_MS } from '../../schemas/time-units.ts';
import { floorTo } from '../../domain/instants.ts';
import { occurredAt, type AnchorMode, type Schedule } from './anchor.ts';
import { instantText } from './instant-text.ts';
import type { LoggedAt, Scan } from './scan.ts';

/** Part of the log would be quarantined, so nothing is published. */
export class OutsideLimitsError extends Error {
  readonly code = 'OUTSIDE_LIMITS';
  constructor(message: string) {
    super(message);
    this.name = 'OutsideLimitsError';
  }
}

/** What the user requested, so that the advice is something else. */
export interface Asked {
  readonly anchor: AnchorMode['kind'];
  /** An earlier run chose the anchor of --shift-to-now, which then stays. */
  readonly begun: boolean;
}

/**
 * Checks that every event of the replay would be accepted if it were published now.
 * @throws OutsideLimitsError, which names the setting and says what to do
 */
export function checkTimes(
  scan: Scan,
  schedule: Schedule,
  nowMs: number,
  limits: TimeLimits,
  asked: Asked,
): void {
  const { earliest, latest, last } = scan;
  if (!earliest || !latest || !last) return;
  const oldestMs = occurredAt(schedule, earliest.atMs, schedule.repetitions - 1);
  const newestMs = occurredAt(schedule, latest.atMs, 0);
  const reasonAt = (occurredAtMs: number) =>
    validateTime({ occurredAtMs, clockMs: nowMs }, { ...NOTHING_DROPPED, ...limits })?.reason;
  if (reasonAt(oldestMs) === 'too-late') {
    throw new OutsideLimitsError(
      `${describe(earliest, oldestMs)}, ${days(nowMs - oldestMs)} days before now. Events more than ` +
        `${days(limits.latenessMs)} days old are not accepted (LATENESS_LIMIT_MS=${limits.latenessMs}), so ` +
        adviceForTooOld(asked, schedule),
    );
  }
  if (reasonAt(newestMs) === 'future-dated') {
    throw new OutsideLimitsError(
      `${describe(latest, newestMs)}, ${Math.ceil((newestMs - nowMs) / 1_000)} s after now. Events more than ` +
        `${limits.futureMs / 1_000} s ahead are not accepted (FUTURE_LIMIT_MS=${limits.futureMs}), so nothing was ` +
        `published. ${adviceForFuture(asked, latest.atMs - last.atMs, nowMs, limits)}`,
    );
  }
}

function adviceForTooOld({ anchor, begun }: Asked, { repetitions }: Schedule): string {
  if (begun) {
    return (
      'nothing more was published. The anchor was chosen when this replay began, and stays. Raise LATENESS_LIMIT_MS, ' +
      'here and for the consumer, to publish the rest, or start again in a stack with a new DATA_DIR.'
    );
  }
  const remedies = {
    'as-logged': ['give --shift-to-now to move the last line to now', 'give an --anchor'],
    at: ['give a later --anchor'],
    now: [],
  }[anchor];
  const all = [
    ...remedies,
    ...(repetitions > 1 ? ['give fewer --laps'] : []),
    'for a backfill raise LATENESS_LIMIT_MS here and for the consumer',
  ];
  return `nothing was published. To publish it, ${all.join(', or ')}.`;
}

/** @param aheadMs by how much the latest line is later than the last one in the file */
function adviceForFuture({ anchor }: Asked, aheadMs: number, nowMs: number, limits: TimeLimits): string {
  const atLatest = instantText(floorTo(nowMs - aheadMs, SECOND_MS));
  if (aheadMs > limits.futureMs) {
    return (
      `The log is not in the order of time: its latest line is ${Math.ceil(aheadMs / 1_000)} s later than its last. ` +
      `Sort it by time, or give --anchor ${atLatest}, which moves the latest line to now.`
    );
  }
  const anchorAdvice = `Give --anchor ${atLatest} or an earlier one`;
  return anchor === 'now' ? `${anchorAdvice}.` : `${anchorAdvice}, or --shift-to-now.`;
}

function describe(logged: LoggedAt, atMs: number): string {
  return `Line ${logged.line} would be published as of ${instantText(atMs)}`;
}

function days(ms: number): string {
  return (ms / DAY_MS).toFixed(1);
}
