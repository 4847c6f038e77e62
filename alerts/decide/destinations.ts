import type { AlertBook } from '../../domain/alerts/alert-book.ts';
import type { Decision } from '../../domain/alerts/alert.ts';
import { decide } from '../../domain/alerts/decide.ts';
import type { Measured } from '../../domain/alerts/measured.ts';
import { lastDestinations } from '../../domain/settings/alerting.ts';
import type { SettingsState } from '../../domain/settings/state.ts';
import type { LoggedChange } from '../../schemas/settings-change.ts';

/** Alerts about destinations that were disabled because nothing could be delivered to them. They need no rule. */
export const DESTINATION_DISABLED = 'destination-disabled';

/** What the settings of an organisation, or of the platform (''), decide about its destinations. */
export function decideDestinations(
  settings: SettingsState,
  orgId: string,
  asOf: number,
  book: AlertBook,
): Decision[] {
  const found = lastDestinations(settings.alerting(orgId)).map(({ destination }) =>
    measuredOf(destination.destination_id, destination.is_enabled ? '' : destination.disabled_reason),
  );
  const known = new Set(found.map(({ subject }) => subject));
  const removed = book
    .openOf(orgId, '')
    .filter(({ key }) => key.ruleId === DESTINATION_DISABLED && !known.has(key.subject))
    .map(({ key }) => measuredOf(key.subject, ''));
  // The platform's other alerts share its scope.
  const kinds = new Map(book.openOf(orgId, '').map(({ key, facts }) => [key.ruleId, facts.kind]));
  return decide(
    {
      orgId,
      product: '',
      asOf,
      measured: [...found, ...removed],
      kinds,
    },
    book,
  );
}

const measuredOf = (subject: string, reason: string): Measured => ({
  ruleId: DESTINATION_DISABLED,
  kind: DESTINATION_DISABLED,
  subject,
  isReached: reason !== '',
  isBelow: reason === '',
  threshold: '1',
  value: reason === '' ? '0' : '1',
  unit: 'failures',
  message:
    reason === ''
      ? `The destination ${subject} is enabled again, or removed.`
      : `The destination ${subject} was disabled: ${reason}`,
  headroom: 0,
  excess: 0,
});

/** The organisations whose destinations have changed. */
export const destinationsIn = (changes: readonly LoggedChange[]): string[] => [
  ...new Set(changes.filter(({ kind }) => kind === 'alert-destination').map(({ org_id }) => org_id)),
];
