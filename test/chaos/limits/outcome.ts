import type { LimitChanges } from '../limit-changes.ts';
import { BUDGETED, budgetLimits, CAPPED, INCLUDED, OPEN, ROLLING, TOTAL } from './gated-orgs.ts';
import { capDifferences, fullestWindow, limitDifferences, type KeptLimit, type LimitedCall } from './kept.ts';

/**
 * How long a limit that was lowered may still be spent: for the length of a lease (10 s), which was granted by settings
 * that a gate may have read 10 s before (gate/background.ts), and which it read a moment after they were recorded.
 */
const LOWERED_AFTER_MS = 25_000;

export interface LimitsOutcome {
  /** How close each limit was, for people. */
  readonly summary: string;
  readonly differences: readonly string[];
}

const whole = (org: string, creditsAt: KeptLimit['creditsAt']): KeptLimit => ({
  name: `total of ${org}`,
  creditsAt,
  counts: (call) => call.org === org,
});

/** Whether the calls of the log keep every limit that gates enforced. */
export function limitsOutcome(
  calls: readonly LimitedCall[],
  limits: Pick<LimitChanges, 'highestPossible'>,
): LimitsOutcome {
  const open = (at: number): number => INCLUDED + limits.highestPossible(OPEN, at, LOWERED_AFTER_MS);
  const kept = [
    whole(ROLLING, () => TOTAL),
    whole(OPEN, open),
    whole(BUDGETED, () => TOTAL),
    whole(CAPPED, () => TOTAL),
    ...budgetLimits(),
  ];
  const summary = kept.map((limit) => {
    const { credits = 0, allowed = 0 } = fullestWindow(calls, limit) ?? {};
    return `${limit.name} ${credits} of ${allowed}`;
  });
  const capped = calls.filter(({ org }) => org === CAPPED);
  return {
    summary: summary.join(', '),
    differences: [...limitDifferences(calls, kept), ...capDifferences(capped)],
  };
}
