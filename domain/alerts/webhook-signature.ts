import { createHmac } from 'node:crypto';

/**
 * The secrets and signatures of webhooks, by the Standard Webhooks specification (v1, HMAC-SHA256). A destination's
 * secret is derived from the one key of the deployment, the destination and its generation: nothing stores a secret, and
 * a rotation is the next generation.
 */

export interface SecretOwner {
  /** '' for the platform. */
  readonly orgId: string;
  readonly destinationId: string;
  readonly generation: number;
}

/** As the receiver gets it: `whsec_` and 32 bytes in base64. @param key setting WEBHOOK_KEY */
export function webhookSecret(key: string, { orgId, destinationId, generation }: SecretOwner): string {
  const owner = JSON.stringify(['webhook', orgId, destinationId, generation]);
  return `${PREFIX}${createHmac('sha256', key).update(owner).digest('base64')}`;
}

const PREFIX = 'whsec_';

/**
 * The value of the header webhook-signature.
 * @param secrets one, or two while the receiver may still use the one before
 * @param timestamp seconds since 1970
 */
export function webhookSignature(
  secrets: readonly string[],
  { id, timestamp, body }: { readonly id: string; readonly timestamp: number; readonly body: string },
): string {
  return secrets
    .map((secret) => {
      const bytes = Buffer.from(secret.slice(PREFIX.length), 'base64');
      return `v1,${createHmac('sha256', bytes).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
    })
    .join(' ');
}
