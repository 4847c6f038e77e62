import type { ClickHouseClient } from '../../deploy/clickhouse.ts';
import { advanceProgress, readProgress } from '../progress.ts';
import { floorTo, HOUR_MS } from '../usage/plan.ts';
import { firstEventHour } from './first-event.ts';
import { writeRollup } from './rollup.ts';

/** Hours sealed by one statement: a day's worth bounds its memory and lets progress be recorded in between. */
const HOURS_AT_ONCE = 24;

/** Up to where hours may be sealed when everything appended before landedUntil has landed. */
export function sealableUntil(landedUntil: number, sealDelayMs: number): number {
  return Math.max(0, floorTo(landedUntil - sealDelayMs, HOUR_MS));
}

/**
 * Seals every ended hour that was not sealed yet, for all orgs, in order.
 * An hour is ended once everything that Kafka appended before its end plus the delay has landed: rows that land
 * later are marked by the view (0003_usage.sql), so none is missed.
 * @returns how many hours it sealed.
 */
export async function sealEndedHours(
  client: ClickHouseClient,
  landedUntil: number,
  sealDelayMs: number,
): Promise<number> {
  const target = sealableUntil(landedUntil, sealDelayMs);
  const { sealed } = await readProgress(client);
  // Without any event there is nothing to seal before the target; what lands later for those hours is marked.
  let from = sealed > 0 ? sealed : Math.min((await firstEventHour(client)) ?? target, target);
  const hoursDue = Math.max(0, (target - from) / HOUR_MS);
  if (sealed === 0 && target > 0 && hoursDue === 0) await advanceProgress(client, 'sealed', target);
  while (from < target) {
    const to = Math.min(target, from + HOURS_AT_ONCE * HOUR_MS);
    const hours = Array.from({ length: (to - from) / HOUR_MS }, (_, index) => from + index * HOUR_MS);
    await writeRollup(client, hours, 'all');
    await advanceProgress(client, 'sealed', to);
    from = to;
  }
  return hoursDue;
}
