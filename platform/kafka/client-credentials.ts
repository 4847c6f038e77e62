import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { isLoopback } from '../loopback.ts';
import { KafkaAccessError } from './access-error.ts';

/** How a client gets access tokens of its own: OAuth 2.0, client credentials (RFC 6749, 4.4). */
export interface ClientCredentials {
  /** One that isTrustedEndpoint. */
  readonly tokenUrl: string;
  readonly clientId: string;
  /** Fetched for each token. */
  readonly clientSecret: () => string | Promise<string>;
  readonly scope?: string;
}

/** Whether a secret may be sent to this address: https, or http on this machine. */
export function isTrustedEndpoint(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}

const TokenAnswer = Type.Object({
  access_token: Type.String({ minLength: 1 }),
  expires_in: Type.Optional(Type.Number({ minimum: 0 })),
});
const TIMEOUT_MS = 10_000;
/** Of its lifetime. Then it still lives as long as an authentication may take. */
const KEPT_FOR = 0.8;

/**
 * Tokens from an endpoint; one is kept for 80 % of its lifetime, without `expires_in` not at all.
 * @param now epoch milliseconds
 * @returns a function that throws KafkaAccessError where the endpoint rejects the client, and another error where it
 * does not answer; neither shows the secret or the token
 */
export function clientCredentialsToken(client: ClientCredentials, now: () => number): () => Promise<string> {
  let kept: { readonly token: string; readonly untilMs: number } | undefined;
  let fetching: Promise<string> | undefined;
  const fetchToken = async (): Promise<string> => {
    const askedAt = now();
    const { access_token: token, expires_in: lifetime = 0 } = await requestToken(client);
    kept = { token, untilMs: askedAt + lifetime * 1_000 * KEPT_FOR };
    return token;
  };
  return () => {
    if (kept && now() < kept.untilMs) return Promise.resolve(kept.token);
    // Many connections open at the same time: they share a request.
    return (fetching ??= fetchToken().finally(() => (fetching = undefined)));
  };
}

async function requestToken({ tokenUrl, clientId, clientSecret, scope }: ClientCredentials) {
  const { origin, pathname } = new URL(tokenUrl);
  const endpoint = `The token endpoint ${origin}${pathname}`;
  const login = `${encodeURIComponent(clientId)}:${encodeURIComponent(await clientSecret())}`;
  let answer: Response;
  try {
    answer = await fetch(tokenUrl, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(login).toString('base64')}`,
        accept: 'application/json',
      },
      body: new URLSearchParams({ grant_type: 'client_credentials', ...(scope && { scope }) }),
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch (error) {
    const { cause, message } = error instanceof Error ? error : new Error(String(error));
    throw new Error(`${endpoint} does not answer: ${cause instanceof Error ? cause.message : message}`, {
      cause: error,
    });
  }
  if ([400, 401, 403].includes(answer.status)) {
    throw new KafkaAccessError(
      `${endpoint} rejects this client with status ${answer.status}: check its id, secret and scope`,
    );
  }
  if (!answer.ok) throw new Error(`${endpoint} answers with status ${answer.status}`);
  const content: unknown = await answer.json().catch(() => undefined);
  if (!Value.Check(TokenAnswer, content)) throw new Error(`${endpoint} answers without an access_token`);
  return content;
}
