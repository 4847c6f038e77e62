import type { DeliveredEvent } from '../../domain/alerts/destinations.ts';
import { digestOf } from '../../domain/alerts/alert.ts';
import { lastDestinations, type DestinationInEffect } from '../../domain/settings/alerting.ts';
import type { SettingsState } from '../../domain/settings/state.ts';
import type { LogRecord } from '../../platform/landed-log.ts';
import { logRecord } from '../record.ts';

/** The enabled destinations of an organisation that want an event: of events that none wants there is no record. */
export const wanting = (
  settings: SettingsState,
  orgId: string,
  event: DeliveredEvent,
): DestinationInEffect[] =>
  lastDestinations(settings.alerting(orgId)).filter(
    ({ destination: { is_enabled, events } }) => is_enabled && events.includes(event),
  );

/**
 * The record of an event.
 * @param identity what makes it the same event, whichever process records it
 */
export function eventRecord(
  event: DeliveredEvent,
  { orgId, product }: { readonly orgId: string; readonly product: string },
  identity: readonly (string | number)[],
  data: object,
): LogRecord {
  return logRecord({
    record_id: `event:${digestOf([event, orgId, product, ...identity])}`,
    org_id: orgId,
    kind: 'event',
    product,
    rule_id: event,
    subject: '',
    number: 0,
    value: JSON.stringify({ org_id: orgId, product, ...data }),
  });
}
