import { Type, type Static } from 'typebox';
import { DAY_MS } from '../../schemas/time-units.ts';
import { floorTo } from '../../domain/instants.ts';
import type { AddressesRange } from '../../store/usage/read-addresses.ts';
import { readTotal, type UsageTotal } from '../../store/usage/read.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { requestedRange, requestedUsage, usageProperties } from './requested.ts';

const { group_by: _groups, time_zone: _zone, ...properties } = usageProperties;
/** The parameters that say which usage, of the answer and of the file. */
export const addressesProperties = properties;
const AddressesQuery = Type.Object(addressesProperties);

export interface RequestedAddresses {
  readonly orgId: string;
  /** Epoch milliseconds, half-open. */
  readonly from: number;
  readonly to: number;
  readonly now: number;
  readonly lagSeconds: number;
  /** Addresses of calls before it are not kept. */
  readonly keptSince: number;
  /** The part of the range whose addresses are kept. */
  readonly kept: AddressesRange | undefined;
  /** The sums of the part before it. */
  readonly readBefore: () => Promise<UsageTotal>;
}

/**
 * Which usage is broken down by source address. Throws the Problems `invalid-request`, `range-too-long` and
 * `unknown-org`.
 */
export async function requestedAddresses(
  sources: ApiDependencies,
  org: string,
  query: Static<typeof AddressesQuery>,
): Promise<RequestedAddresses> {
  const { from, to } = requestedRange(query);
  const now = sources.now();
  const requested = { range: { from, to }, now, only: undefined };
  const usage = await requestedUsage(sources, org, query, requested);
  const { sealed, filters, lagSeconds } = usage;
  const { orgId } = usage.org;
  // Whole UTC days, as ClickHouse clears them; it may have cleared the address of an earlier call already, or not.
  const keptSince = Math.max(0, floorTo(now, DAY_MS) - sources.sourceRetentionDays * DAY_MS);
  const cut = Math.min(Math.max(from, keptSince), to);
  return {
    orgId,
    from,
    to,
    now,
    lagSeconds,
    keptSince,
    kept: cut < to ? { orgId, from: cut, to, filters } : undefined,
    readBefore: async () =>
      from < cut ? readTotal(sources.clickhouse, { orgId, sealed, from, to: cut, filters }) : NOTHING,
  };
}

const NOTHING: UsageTotal = { calls: 0, credits: 0, rejected: 0 };
