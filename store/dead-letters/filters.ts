import { instant } from '../../platform/clickhouse/sql-time.ts';
import type { DeadLetterState } from './dead-letter.ts';

/** Selects dead letters: those that match everything that is given. */
export interface DeadLetterFilters {
  readonly reason?: string | undefined;
  readonly org?: string | undefined;
  readonly topic?: string | undefined;
  readonly partition?: number | undefined;
  /** When Kafka appended the record: half-open, epoch milliseconds. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly state?: DeadLetterState | undefined;
  /** The id of the request that replayed it last. */
  readonly replay?: string | undefined;
}

const CONDITIONS: Readonly<Record<keyof DeadLetterFilters, string>> = {
  reason: 'dead_letter.reason = {reason:String}',
  org: 'dead_letter.org_id = {org:String}',
  topic: 'dead_letter.topic = {topic:String}',
  partition: 'dead_letter.partition = {partition:UInt16}',
  from: `dead_letter.appended_at >= ${instant('from')}`,
  to: `dead_letter.appended_at < ${instant('to')}`,
  state: 'state = {state:String}',
  replay: 'replayed.last.replay = {replay:String}',
};

/** Filters as SQL for DEAD_LETTERS: a condition at least, and its parameters. */
export function conditionsOf(filters: DeadLetterFilters): {
  readonly sql: string;
  readonly params: Readonly<Record<string, unknown>>;
} {
  const given = Object.entries(filters).filter(([, value]) => value !== undefined);
  const names = new Set(given.map(([name]) => name));
  const conditions = Object.entries(CONDITIONS).flatMap(([name, sql]) => (names.has(name) ? [sql] : []));
  return { sql: ['true', ...conditions].join(' AND '), params: Object.fromEntries(given) };
}
