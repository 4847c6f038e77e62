import { Type, type Static } from 'typebox';
import {
  Address,
  DestinationId,
  Events,
  SECRET_OVERLAP_MS,
  type Destination,
} from '../../domain/alerts/destinations.ts';
import { webhookSecret } from '../../domain/alerts/webhook-signature.ts';
import { formatInstant } from '../../domain/instants.ts';
import { destinationsAt, type DestinationInEffect } from '../../domain/settings/alerting.ts';
import type { SettingsState } from '../../domain/settings/state.ts';
import { Instant } from '../parameters/instant.ts';
import { Problem } from '../problems/problem.ts';

const strict = { additionalProperties: false };

const destinationProperties = {
  destination_id: DestinationId,
  type: Type.Enum(['webhook', 'email']),
  url: Type.Union([Type.String(), Type.Null()], { description: 'Of a webhook.' }),
  to: Type.Union([Type.Array(Address), Type.Null()], { description: 'Of an email destination.' }),
  events: Events,
  is_enabled: Type.Boolean(),
  disabled_reason: Type.Union([Type.String(), Type.Null()], {
    description: 'Why the platform disabled it; null where it did not.',
  }),
  recorded_at: Instant,
  recorded_by: Type.String(),
};
export const DestinationAnswer = Type.Object(destinationProperties, strict);
export const DestinationsAnswer = Type.Object(
  { org_id: Type.String(), destinations: Type.Array(DestinationAnswer, { description: 'By their ids.' }) },
  strict,
);

const secretProperties = {
  secret: Type.Union([Type.String(), Type.Null()], {
    description: 'Of a webhook: the key of its signatures (Standard Webhooks), whsec_ and base64.',
  }),
};
export const DestinationSetAnswer = Type.Object({ ...destinationProperties, ...secretProperties }, strict);
export const SecretAnswer = Type.Object(
  {
    destination_id: DestinationId,
    secret: Type.String(),
    previous_secret: Type.Union([Type.String(), Type.Null()]),
    previous_valid_until: Type.Union([Instant, Type.Null()]),
  },
  { ...strict, description: 'After a rotation both secrets sign, until `previous_valid_until`.' },
);

export function destinationAnswer({
  destination,
  version,
}: DestinationInEffect): Static<typeof DestinationAnswer> {
  const { destination_id, type, url, to, events, is_enabled, disabled_reason } = destination;
  return {
    destination_id,
    type,
    url: url ?? null,
    to: to ?? null,
    events,
    is_enabled,
    disabled_reason: disabled_reason === '' ? null : disabled_reason,
    recorded_at: formatInstant(version.recordedAt),
    recorded_by: version.recordedBy,
  };
}

/** Throws the Problem `not-found`. */
export function findDestination(
  settings: SettingsState,
  orgId: string,
  destinationId: string,
  at: number,
): DestinationInEffect {
  const found = destinationsAt(settings.alerting(orgId), at).find(
    ({ destination }) => destination.destination_id === destinationId,
  );
  if (found) return found;
  const list = 'GET /v1/orgs/{org}/alert-destinations lists them';
  throw new Problem('not-found', `There is no destination ${JSON.stringify(destinationId)}: ${list}.`);
}

/** The secret of a webhook. Throws the Problem `unavailable` where webhooks are not configured. */
export function secretAnswer(
  key: string,
  orgId: string,
  destination: Destination,
  now: number,
): Static<typeof SecretAnswer> {
  const { destination_id: destinationId, type, generation, rotated_at } = destination;
  if (type !== 'webhook') {
    throw new Problem('not-found', `${destinationId} is not a webhook: only webhooks have a secret.`);
  }
  if (key === '') throw webhooksNotConfigured();
  const secretOf = (each: number): string => webhookSecret(key, { orgId, destinationId, generation: each });
  const validUntil = rotated_at + SECRET_OVERLAP_MS;
  const isOverlap = generation > 1 && now < validUntil;
  return {
    destination_id: destinationId,
    secret: secretOf(generation),
    previous_secret: isOverlap ? secretOf(generation - 1) : null,
    previous_valid_until: isOverlap ? formatInstant(validUntil) : null,
  };
}

export const webhooksNotConfigured = (): Problem =>
  new Problem('unavailable', 'Webhooks are not configured: the operator must set WEBHOOK_KEY.');
