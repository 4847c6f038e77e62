import type { ChargeAnswer } from '../../../api/charges/answer.ts';
import { canonical, parseMoney, sumMoney } from '../../../domain/money.ts';

/**
 * What must stand beside a day's row, by the feed: the figures of its last revision, and the sum of the differences of
 * each period that is not the day's own.
 * @param revisions of the day, in their order
 * @param own the first date of the day's own period
 */
export function billedLater(revisions: readonly ChargeAnswer[], own: string) {
  const late = revisions.filter(({ billed_in }) => billed_in.from !== own);
  const last = late.at(-1);
  const sumsOf = (from: string) => {
    const parts = late.filter(({ billed_in }) => billed_in.from === from);
    return {
      credits: parts.reduce((sum, { delta_credits }) => sum + delta_credits, 0),
      amount: canonical(sumMoney(parts.map(({ delta_amount }) => parseMoney(delta_amount)))),
      billed_in: parts[0]?.billed_in,
    };
  };
  const periods = [...new Set(late.map(({ billed_in }) => billed_in.from))];
  return {
    later: last && {
      revision: last.revision,
      used: last.used,
      additional_used: last.additional_used,
      over_limit: last.over_limit,
    },
    billed_as_adjustment: periods
      .map((from) => sumsOf(from))
      .filter(({ credits, amount }) => credits !== 0 || amount !== '0'),
  };
}
