import type { Topics } from '../../schemas/topics.ts';

/** What a backup holds: what cannot be computed again, and is not in ClickHouse's own backup alone. */

export interface BackedUpTopic {
  readonly key: keyof Topics;
  /**
   * Whether consumers land its committed records alone, and each offset means something: it identifies a change and is
   * the cursor of the feed. Writer schemas are known by their fingerprint, in whatever transaction they are.
   */
  readonly isDecisionLog: boolean;
  /** Backups of earlier releases do not have it. */
  readonly isNew?: boolean;
}

/**
 * In the order in which their ends are read: alerts are about charges, and charges were made under settings, that are in
 * the backup then.
 */
export const BACKED_UP_TOPICS: readonly BackedUpTopic[] = [
  { key: 'alerts', isDecisionLog: true, isNew: true },
  { key: 'dailyCharges', isDecisionLog: true },
  { key: 'settings', isDecisionLog: true },
  { key: 'writerSchemas', isDecisionLog: false },
];

export interface BackedUpTable {
  readonly name: string;
  /**
   * Whether it is read before the ends of the topics: what follows a log has come no further than the backup's end then,
   * and follows the rest of it again after a restore.
   */
  readonly isFirst?: boolean;
  /** The columns with offsets of the topic alerts: rows of what came after the backup's end are left out. */
  readonly offsets?: readonly string[];
  readonly isNew?: boolean;
}

/** Tables that nothing can rebuild. Of the alerts the topic has only the last days. */
export const BACKED_UP_TABLES: readonly BackedUpTable[] = [
  { name: 'alert_progress', isFirst: true, isNew: true },
  { name: 'erasures' },
  { name: 'zone_releases' },
  { name: 'alert_log', offsets: ['kafka_offset'], isNew: true },
  { name: 'alert_attempts', offsets: ['kafka_offset', 'round'], isNew: true },
];

/** The tables that decision logs land in, by topic; each row has its offset. */
export const LANDED_IN: Readonly<Partial<Record<keyof Topics, string>>> = {
  alerts: 'alert_log',
  dailyCharges: 'daily_charges',
  settings: 'settings_log',
};
