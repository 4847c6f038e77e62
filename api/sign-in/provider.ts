import * as oidc from 'openid-client';
import { SECOND_MS } from '../../schemas/time-units.ts';
import { boundedFetch } from './bounded-fetch.ts';
import { isComplete, type ClaimMapping } from './person.ts';
import { joinedClaims, type ProviderClaims } from './claims.ts';

export interface ProviderConfig {
  readonly issuer: URL;
  readonly clientId: string;
  /** Empty for a public client. */
  readonly clientSecret: string;
  readonly clientAuth: 'client_secret_basic' | 'client_secret_post';
  /** As people know it. */
  readonly name: string;
  /** Separated by spaces. */
  readonly scope: string;
  readonly publicUrl: URL;
}

/** What one sign-in must get back: it ties the provider's answer to the browser that began. */
export interface Expected {
  readonly state: string;
  readonly nonce: string;
  /** PKCE: without it a code that someone has seen is worth nothing. */
  readonly verifier: string;
}

export interface ProviderAnswer {
  readonly claims: ProviderClaims;
  readonly idToken: string;
}

/** The identity provider, by OpenID Connect's code flow with PKCE. Its methods throw openid-client's errors. */
export interface Provider {
  /** Where the browser signs in. @param prompt whether the provider must ask, also where it knows the browser */
  signInAddress(expected: Expected, prompt: 'login' | undefined): Promise<URL>;
  /** Exchanges the code that the provider sent the browser back with. @param address with its query, as received */
  redeem(address: URL, expected: Expected, mapping: ClaimMapping): Promise<ProviderAnswer>;
  /** Where the browser signs out at the provider too; undefined where the provider offers no such address. */
  signOutAddress(idToken: string | undefined): Promise<URL | undefined>;
}

/** Registered with the provider as the redirect URI, below PUBLIC_URL. */
export const CALLBACK_PATH = '/sign-in/callback';

const TIMEOUT_SECONDS = 5;
/** A browser that is sent to a provider that is down sees no page of ours, so a sign-in asks the provider first. */
const REDISCOVER_MS = 30 * SECOND_MS;

/**
 * Discovers the provider when someone first signs in, and again after a failure, so a provider that is down keeps no
 * process from starting. @param now epoch milliseconds
 */
export function createProvider(config: ProviderConfig, now: () => number): Provider {
  const redirectUri = new URL(CALLBACK_PATH, config.publicUrl).href;
  let known: { readonly client: oidc.Configuration; readonly at: number } | undefined;
  let running: Promise<oidc.Configuration> | undefined;

  const discoverOnce = async (): Promise<oidc.Configuration> => {
    try {
      const client = await discover(config);
      known = { client, at: now() };
      return client;
    } finally {
      running = undefined;
    }
  };
  const reachable = async (): Promise<oidc.Configuration> => {
    if (known !== undefined && now() - known.at < REDISCOVER_MS) return known.client;
    return (running ??= discoverOnce());
  };
  /** For a browser that is at the provider already. */
  const discovered = async (): Promise<oidc.Configuration> => known?.client ?? reachable();

  return {
    signInAddress: async ({ state, nonce, verifier }, prompt) =>
      oidc.buildAuthorizationUrl(await reachable(), {
        redirect_uri: redirectUri,
        scope: config.scope,
        state,
        nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        ...(prompt && { prompt }),
      }),
    redeem: async (address, { state, nonce, verifier }, mapping) => {
      const client = await discovered();
      const tokens = await oidc.authorizationCodeGrant(client, address, {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: verifier,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      const { id_token: idToken } = tokens;
      if (claims === undefined || idToken === undefined) throw new Error('The provider sent no ID token.');
      if (isComplete(claims, mapping) || client.serverMetadata().userinfo_endpoint === undefined) {
        return { claims, idToken };
      }
      const more = await oidc.fetchUserInfo(client, tokens.access_token, claims.sub);
      return { claims: joinedClaims(claims, more), idToken };
    },
    signOutAddress: async (idToken) => {
      const client = await discovered();
      if (client.serverMetadata().end_session_endpoint === undefined) return undefined;
      return oidc.buildEndSessionUrl(client, {
        post_logout_redirect_uri: new URL('/', config.publicUrl).href,
        ...(idToken !== undefined && { id_token_hint: idToken }),
      });
    },
  };
}

function discover({
  issuer,
  clientId,
  clientSecret,
  clientAuth,
}: ProviderConfig): Promise<oidc.Configuration> {
  const withSecret = clientAuth === 'client_secret_post' ? oidc.ClientSecretPost : oidc.ClientSecretBasic;
  const authentication = clientSecret === '' ? oidc.None() : withSecret(clientSecret);
  return oidc.discovery(issuer, clientId, undefined, authentication, {
    timeout: TIMEOUT_SECONDS,
    [oidc.customFetch]: boundedFetch,
    execute: [
      // The ID token's signature is verified even though it comes straight from the provider.
      oidc.enableNonRepudiationChecks,
      // Only where the issuer is on this machine (config.ts); everywhere else http is rejected.
      ...(issuer.protocol === 'http:' ? [oidc.allowInsecureRequests] : []),
    ],
  });
}
