import type { AlertBook } from '../../domain/alerts/alert-book.ts';
import type { SettingsState } from '../../domain/settings/state.ts';
import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { subscriptionOf } from '../../store/alerts/landed-credits.ts';
import { readUsageBounds } from '../../store/alerts/usage-bound.ts';
import { termsOf } from './rules-of.ts';
import type { Clocks, Watches } from './watches.ts';

/** Counts all usage, an upper bound, in place of a look at each subscription (Watches.bounded). */
export async function boundAll(
  client: ClickHouseClient,
  watches: Watches,
  { settings, book }: { readonly settings: SettingsState; readonly book: AlertBook },
  { now, uptime }: Clocks,
): Promise<void> {
  for (const [key, bound] of await readUsageBounds(client, now)) {
    const subscribed = subscriptionOf(key);
    const { orgId, product } = subscribed;
    const open = new Set(book.openOf(orgId, product).map(({ key: { ruleId } }) => ruleId));
    try {
      const terms = termsOf(settings, orgId, product, now);
      watches.bounded(subscribed, { terms, bound, startedAt: uptime }, (ruleId) => open.has(ruleId));
    } catch {
      // The look fails as well, and says why (Tick.failures).
      watches.mustLook(subscribed);
    }
  }
}
