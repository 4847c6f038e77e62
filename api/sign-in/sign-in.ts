import { createSessions, type Sessions } from '../auth/sessions.ts';
import { createAttempts, type Attempts } from './attempts.ts';
import type { SignInConfig } from './config.ts';
import { createIdTokenCookie, type IdTokenCookie } from './id-token-cookie.ts';
import type { ClaimMapping } from './person.ts';
import { createProvider, type Provider } from './provider.ts';

/** The sign-in of people with an identity provider. */
export interface SignIn {
  readonly provider: Provider;
  readonly providerName: string;
  readonly mapping: ClaimMapping;
  readonly attempts: Attempts;
  readonly sessions: Sessions;
  readonly idTokens: IdTokenCookie;
  readonly idleMs: number;
  readonly publicUrl: URL;
}

/** @param now epoch milliseconds */
export function openSignIn({ provider, mapping, sessions }: SignInConfig, now: () => number): SignIn {
  return {
    provider: createProvider(provider, now),
    providerName: provider.name,
    mapping,
    attempts: createAttempts(sessions, now),
    sessions: createSessions(sessions, now),
    idTokens: createIdTokenCookie(sessions),
    idleMs: sessions.idleMs,
    publicUrl: sessions.publicUrl,
  };
}
