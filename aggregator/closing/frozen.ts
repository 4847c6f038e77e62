import { DAY_MS } from '../../schemas/event-rules.ts';

/**
 * Whether raw events of a day may have been dropped: then its figures stand as they are, for they could not be
 * counted again (domain.md, Open, closed, final).
 * @param day from: epoch milliseconds. @param retentionDays setting RETENTION_DAYS
 */
export function isFrozen(day: { readonly from: number }, now: number, retentionDays: number): boolean {
  return day.from < now - retentionDays * DAY_MS;
}
