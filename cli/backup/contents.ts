import type { Topics } from '../../schemas/topics.ts';

/** What a backup holds: what cannot be computed again, and is not in ClickHouse's own backup alone. */

export interface BackedUpTopic {
  readonly key: keyof Topics;
  /**
   * Whether consumers land its committed records alone, and each offset means something: it identifies a change and is
   * the cursor of the feed. Writer schemas are known by their fingerprint, in whatever transaction they are.
   */
  readonly isDecisionLog: boolean;
}

/** In the order in which their ends are read: charges were made under settings that are in the backup then. */
export const BACKED_UP_TOPICS: readonly BackedUpTopic[] = [
  { key: 'dailyCharges', isDecisionLog: true },
  { key: 'settings', isDecisionLog: true },
  { key: 'writerSchemas', isDecisionLog: false },
];

/** Small tables that nothing can rebuild. */
export const BACKED_UP_TABLES = ['erasures', 'zone_releases'] as const;

/** The tables that decision logs land in, by topic; each row has its offset. */
export const LANDED_IN: Readonly<Partial<Record<keyof Topics, string>>> = {
  dailyCharges: 'daily_charges',
  settings: 'settings_log',
};
