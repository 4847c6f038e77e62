import { webhookSecret, webhookSignature } from '../../../domain/alerts/webhook-signature.ts';

describe('the signature of a webhook', () => {
  // The example of the Standard Webhooks libraries.
  const message = {
    id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    timestamp: 1_614_265_330,
    body: '{"test": 2432232314}',
  };
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const signature = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';

  it('is that of the specification', () => {
    expect(webhookSignature([secret], message)).toBe(signature);
  });

  it('has one part for each secret while two are good', () => {
    const [first, second] = webhookSignature([secret, webhookSecret('k'.repeat(32), OWNER)], message).split(
      ' ',
    );
    expect(first).toBe(signature);
    expect(second).toMatch(/^v1,[A-Za-z0-9+/]{43}=$/);
  });
});

const OWNER = { orgId: 'acme', destinationId: 'ops', generation: 1 };

it('derives another secret for each organisation, destination, generation and key', () => {
  const key = 'k'.repeat(32);
  const secrets = [
    webhookSecret(key, OWNER),
    webhookSecret(key, { ...OWNER, generation: 2 }),
    webhookSecret(key, { ...OWNER, orgId: 'other' }),
    webhookSecret(key, { ...OWNER, destinationId: 'sales' }),
    webhookSecret(`${key}.`, OWNER),
  ];
  expect(new Set(secrets).size).toBe(5);
  expect(webhookSecret(key, OWNER)).toBe(secrets[0]);
  for (const secret of secrets) expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
});
