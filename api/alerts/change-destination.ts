import type { Destination } from '../../domain/alerts/destinations.ts';
import type { DestinationInEffect } from '../../domain/settings/alerting.ts';
import { callerOf } from '../auth/guard.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { recordCommand } from '../settings/record.ts';
import { findDestination } from './destination-answer.ts';
import { orgIdOf } from './scope.ts';

/** The organisation of a request, '' for the platform, and its destination. Throws the Problem `not-found`. */
export async function destinationOf(
  { settings, now }: Pick<ApiDependencies, 'settings' | 'now'>,
  params: { readonly destination: string },
): Promise<DestinationInEffect & { readonly orgId: string }> {
  const state = await settings.refresh();
  const orgId = orgIdOf(state, params);
  return { orgId, ...findDestination(state, orgId, params.destination, now()) };
}

/** Records a destination. @returns when it takes effect: the brokers' clock may be ahead of this process's */
export async function changeDestination(
  sources: ApiDependencies,
  request: Parameters<typeof callerOf>[0] & { readonly headers: Readonly<Record<string, unknown>> },
  orgId: string,
  value: Destination,
  reason?: string,
): Promise<number> {
  const { effectiveAt } = await recordCommand(sources, callerOf(request), request.headers, {
    kind: 'alert-destination',
    org_id: orgId,
    product: '',
    value,
    reason,
  });
  return Math.max(sources.now(), effectiveAt);
}
