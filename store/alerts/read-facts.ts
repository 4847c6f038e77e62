import type { SubjectDimension, TopSubjects } from '../../domain/alerts/subject-rules.ts';
import { WINDOW_MS } from '../../domain/usage/returning.ts';
import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { readTopUsage } from '../usage/read-top.ts';
import type { SealedHours } from '../usage/rollup-plan.ts';

/** Whose usage is read, and up to when. */
export interface FactsRequest {
  readonly orgId: string;
  readonly product: string;
  /** Read before the call (store/usage/sealed-hours.ts). */
  readonly sealed: SealedHours;
  /** The end of the 24 hours, epoch milliseconds. */
  readonly asOf: number;
}

/** D: a share of 2 % and more is found of each that has it. */
const MAX_SUBJECTS = 50;

/** The users, apps or endpoints of the rolling 24 hours with the most credits. */
export async function readTopSubjects(
  client: ClickHouseClient,
  { orgId, product, sealed, asOf }: FactsRequest,
  dimension: SubjectDimension,
): Promise<TopSubjects> {
  const { rows, other } = await readTopUsage(client, {
    orgId,
    sealed,
    from: Math.max(0, asOf - WINDOW_MS),
    to: asOf,
    filters: { product },
    groupBy: [dimension],
    top: MAX_SUBJECTS,
  });
  return {
    rows: rows.map(({ [dimension]: subject = '', credits }) => ({ subject, credits })),
    isComplete: other.length === 0,
  };
}
