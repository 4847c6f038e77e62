import { Type, type Static } from 'typebox';

/** Where alerts and events are delivered to, as recorded in the settings of an organisation. */

/** What a destination can be sent. A test is sent to any. */
export const DELIVERED_EVENTS = [
  'alert.raised',
  'alert.resolved',
  'day.closed',
  'statement.final',
  'limit.changed',
] as const;
export type DeliveredEvent = (typeof DELIVERED_EVENTS)[number];

export const MAX_DESTINATIONS = 20;
/** D: how long the receiver may use the secret before a rotation too. */
export const SECRET_OVERLAP_MS: number = 24 * 3_600_000;
const MAX_RECIPIENTS = 20;
const strict = { additionalProperties: false };

export const DestinationId = Type.String({
  pattern: '^[a-z0-9][a-z0-9-]{0,63}$',
  description: 'chosen by the organisation: lower-case letters, digits and hyphens',
});
export const Address = Type.String({
  maxLength: 254,
  pattern: String.raw`^[^\s@,;<>"\\]+@[^\s@,;<>"\\]+$`,
  description: 'an e-mail address',
});
export const WebhookUrl = Type.String({ minLength: 1, maxLength: 2_000, description: 'an https URL' });
export const Events = Type.Array(Type.Enum([...DELIVERED_EVENTS]), { minItems: 1, uniqueItems: true });

/**
 * The value of a change of kind `alert-destination`: the whole destination. `generation` counts the rotations of a
 * webhook's secret, which is derived from it. `is_removed`: it is shown no more, and its id may be used again, from the next
 * generation on.
 */
export const DestinationValue = Type.Object(
  {
    destination_id: DestinationId,
    type: Type.Enum(['webhook', 'email']),
    url: Type.Optional(WebhookUrl),
    to: Type.Optional(Type.Array(Address, { minItems: 1, maxItems: MAX_RECIPIENTS, uniqueItems: true })),
    events: Events,
    is_enabled: Type.Boolean(),
    generation: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
    /** When the secret of this generation was made, epoch milliseconds: the one before is good for a day more. */
    rotated_at: Type.Integer({ minimum: 0 }),
    /** Why the platform disabled it; empty where a person did, or where it is enabled. */
    disabled_reason: Type.String({ maxLength: 1_000 }),
    is_removed: Type.Boolean(),
  },
  strict,
);
export type Destination = Static<typeof DestinationValue>;

/** What is wrong with a destination that has the shape: a field of the other type, or an address that is not a URL. */
export function destinationProblems({ type, url, to }: Pick<Destination, 'type' | 'url' | 'to'>): {
  readonly path: string;
  readonly message: string;
}[] {
  if (type === 'email') {
    return [
      ...(to === undefined ? [{ path: '/to', message: 'is missing: an email destination needs it' }] : []),
      ...(url === undefined ? [] : [{ path: '/url', message: 'is of webhooks: leave it out' }]),
    ];
  }
  const isUrl = url !== undefined && URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
  const hasLogin = isUrl && `${new URL(url).username}${new URL(url).password}` !== '';
  return [
    ...(isUrl ? [] : [{ path: '/url', message: 'must be an absolute URL, like https://example.org/hook' }]),
    ...(hasLogin ? [{ path: '/url', message: 'must have no user name and no password' }] : []),
    ...(to === undefined ? [] : [{ path: '/to', message: 'is of email destinations: leave it out' }]),
  ];
}
