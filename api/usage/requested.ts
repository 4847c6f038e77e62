import { Type, type Static } from 'typebox';
import type { OrgHistory } from '../../domain/settings/org-history.ts';
import type { GroupBy } from '../../store/usage/dimensions.ts';
import type { Filters } from '../../store/usage/filters.ts';
import type { Sources } from '../dependencies.ts';
import { findOrg } from '../orgs/subscription.ts';
import { filterProperties, filtersOf } from '../parameters/filters.ts';
import { InstantParameter, instantOf } from '../parameters/instant.ts';
import { checkInstantRange } from '../parameters/range.ts';
import { dayPlan, type DayPlan } from './days.ts';
import { GROUPS, parseGroupBy } from './group-by.ts';
import { readNewest, type Newest } from './newest.ts';

/** The parameters that say which usage, in which groups: of the answer and of the file. */
export const usageProperties = {
  from: InstantParameter('the range’s first instant'),
  to: InstantParameter('the range’s end, exclusive; it may lie in the future'),
  group_by: Type.Optional(
    Type.String({ maxLength: 200, description: `any of ${GROUPS.join(', ')}, comma separated` }),
  ),
  time_zone: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 64,
      description: 'IANA name of the time zone of the days; the organisation’s own days by default',
    }),
  ),
  ...filterProperties,
};
const UsageQuery = Type.Object(usageProperties);

export interface RequestedRange {
  /** Epoch milliseconds, half-open. */
  readonly from: number;
  readonly to: number;
  readonly groupBy: readonly GroupBy[];
}

/** Throws the Problems `invalid-request` and `range-too-long`. */
export function requestedRange({ from, to, group_by }: Static<typeof UsageQuery>): RequestedRange {
  const range = { from: instantOf('from', from), to: instantOf('to', to) };
  checkInstantRange(range.from, range.to);
  return { ...range, groupBy: parseGroupBy(group_by) };
}

export interface RequestedUsage extends Pick<Newest, 'sealed' | 'lagSeconds'> {
  readonly org: OrgHistory;
  readonly days: DayPlan;
  readonly filters: Filters;
}

/**
 * What the usage is computed from. Throws the Problems `unknown-org` and `unknown-time-zone`.
 * @param range of the answer
 * @param only the user to whose calls it is limited
 */
export async function requestedUsage(
  sources: Sources,
  orgId: string,
  { from: _from, to: _to, group_by: _groups, time_zone, ...requested }: Static<typeof UsageQuery>,
  { range, now, only }: { range: Pick<RequestedRange, 'from' | 'to'>; now: number; only: string | undefined },
): Promise<RequestedUsage> {
  const { settings, sealed, lagSeconds } = await readNewest(sources, orgId);
  const org = findOrg(settings, orgId);
  return {
    org,
    sealed,
    lagSeconds,
    days: dayPlan(org, time_zone, range, now),
    filters: filtersOf(requested, only),
  };
}
