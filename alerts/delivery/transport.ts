import { SECRET_OVERLAP_MS, type Destination } from '../../domain/alerts/destinations.ts';
import { webhookSecret, webhookSignature } from '../../domain/alerts/webhook-signature.ts';
import type { Mailer } from './email.ts';
import type { Message } from './message.ts';
import { post, type AttemptResult } from './post.ts';

export interface TransportOptions {
  /** WEBHOOK_KEY; '' where webhooks are not configured. */
  readonly webhookKey: string;
  /** WEBHOOK_TARGETS=any. */
  readonly isAnyTarget: boolean;
  readonly timeoutMs: number;
  readonly mailer: Mailer;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

export interface Shipment {
  readonly orgId: string;
  readonly destination: Destination;
  readonly deliveryId: string;
  readonly message: Message;
  /** Cuts off the attempt. */
  readonly signal: AbortSignal;
}

/** Makes one attempt to deliver. Never rejects. */
export type Ship = (shipment: Shipment) => Promise<AttemptResult>;

export function createTransport(options: TransportOptions): Ship {
  return ({ orgId, destination, deliveryId, message, signal }) => {
    if (destination.type === 'email') {
      return options.mailer.send(destination.to ?? [], deliveryId, message);
    }
    if (options.webhookKey === '') {
      const error = 'webhooks are not configured: set WEBHOOK_KEY';
      return Promise.resolve({ isDelivered: false, status: 0, error, isGone: false });
    }
    const now = options.now();
    const timestamp = Math.floor(now / 1_000);
    const secrets = secretsAt(options.webhookKey, orgId, destination, now);
    return post(destination.url ?? '', {
      headers: {
        'content-type': 'application/json',
        'user-agent': 'api-credits',
        'webhook-id': deliveryId,
        'webhook-timestamp': String(timestamp),
        'webhook-signature': webhookSignature(secrets, { id: deliveryId, timestamp, body: message.body }),
      },
      body: message.body,
      timeoutMs: options.timeoutMs,
      isAnyTarget: options.isAnyTarget,
      signal,
    });
  };
}

/** The secret, and for a day after a rotation the one before. */
function secretsAt(key: string, orgId: string, destination: Destination, now: number): string[] {
  const { destination_id: destinationId, generation, rotated_at } = destination;
  const isOverlap = generation > 1 && now - rotated_at < SECRET_OVERLAP_MS;
  const generations = isOverlap ? [generation, generation - 1] : [generation];
  return generations.map((each) => webhookSecret(key, { orgId, destinationId, generation: each }));
}
