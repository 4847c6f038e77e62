import { Type, type Static } from 'typebox';
import { FUTURE_LIMIT_MS } from '../../schemas/event-rules.ts';
import type { Sources } from '../dependencies.ts';
import { findOrg } from '../orgs/subscription.ts';
import { filterProperties, filtersOf } from '../parameters/filters.ts';
import { InstantParameter, instantOf } from '../parameters/instant.ts';
import { checkInstantRange, monthsBefore } from '../parameters/range.ts';
import type { CallsRequest } from './read.ts';

/** The parameters that say which calls: of the answer and of the file. */
export const callsProperties = {
  from: Type.Optional(InstantParameter('the range’s first instant; 13 months before `to` by default')),
  to: Type.Optional(InstantParameter('the range’s end, exclusive; up to the newest call by default')),
  ...filterProperties,
};
const CallsQuery = Type.Object(callsProperties);

/** Epoch milliseconds, half-open. Throws the Problems `invalid-request` and `range-too-long`. @param now by default the end */
export function requestedCallRange(
  { from: fromText, to: toText }: Pick<Static<typeof CallsQuery>, 'from' | 'to'>,
  now: number,
): { readonly from: number; readonly to: number } {
  const to = toText === undefined ? now + FUTURE_LIMIT_MS : instantOf('to', toText);
  const from = fromText === undefined ? monthsBefore(to) : instantOf('from', fromText);
  if (fromText !== undefined) checkInstantRange(from, to);
  return { from, to };
}

/** Throws the Problem `unknown-org`. @param only the user to whose calls it is limited */
export async function requestedCalls(
  { settings }: Pick<Sources, 'settings'>,
  orgId: string,
  { from: _from, to: _to, ...requested }: Static<typeof CallsQuery>,
  only: string | undefined,
): Promise<Pick<CallsRequest, 'orgId' | 'filters'>> {
  const org = findOrg(await settings.refresh(), orgId);
  return { orgId: org.orgId, filters: filtersOf(requested, only) };
}
