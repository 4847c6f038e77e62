import { generateKeyPairSync } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { Provider, type Configuration } from 'oidc-provider';
import { freePort } from '../../deploy/local/ports.ts';

/** The claims of each account that can sign in; the id is what the person types as the login. */
export type Accounts = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export interface IdentityProviderOptions {
  /** The dashboard's address. */
  readonly publicUrl: string;
  readonly accounts: Accounts;
  /** Whether claims are in the ID token too, and not only in the user info. */
  readonly claimsInIdToken?: boolean;
  readonly offersSignOut?: boolean;
  /** How the client proves who it is; `none` for a public one. */
  readonly clientAuth?: 'client_secret_basic' | 'client_secret_post' | 'none';
}

export const CLIENT = { id: 'api-credits', secret: 'a client secret of this test run' };

/** A certified OpenID provider with its own login pages, which accept any password. */
export interface IdentityProvider {
  readonly issuer: string;
  /** Its port closes; sessions and codes are kept. */
  stop(): Promise<void>;
  /** Listens again at the same address. */
  start(): Promise<void>;
}

export async function startIdentityProvider(options: IdentityProviderOptions): Promise<IdentityProvider> {
  const port = await freePort();
  const issuer = `http://127.0.0.1:${port}`;
  // It warns of its development pages, which are what the tests need.
  const warnings = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
  const provider = new Provider(issuer, configuration(options));
  warnings.mockRestore();
  let server: Server | undefined;
  const start = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const answer = provider.callback();
      server = createServer((request, response) => void answer(request, response));
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
  await start();
  return {
    issuer,
    start,
    stop: () =>
      new Promise((resolve) => {
        server?.closeAllConnections();
        server?.close(() => resolve());
      }),
  };
}

function configuration({
  publicUrl,
  accounts,
  claimsInIdToken = false,
  offersSignOut = true,
  clientAuth = 'client_secret_basic',
}: IdentityProviderOptions): Configuration {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  return {
    clients: [
      {
        client_id: CLIENT.id,
        ...(clientAuth !== 'none' && { client_secret: CLIENT.secret }),
        token_endpoint_auth_method: clientAuth,
        redirect_uris: [`${publicUrl}/sign-in/callback`],
        post_logout_redirect_uris: [`${publicUrl}/`],
        grant_types: ['authorization_code'],
        response_types: ['code'],
      },
    ],
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'one', use: 'sig', alg: 'RS256' }] },
    cookies: { keys: ['a key of this test run'] },
    claims: {
      openid: ['sub'],
      profile: ['name', 'roles', 'orgs'],
      email: ['email', 'email_verified'],
    },
    conformIdTokenClaims: !claimsInIdToken,
    pkce: { required: () => true },
    ttl: { AccessToken: 600, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
    features: {
      devInteractions: { enabled: true },
      rpInitiatedLogout: {
        enabled: offersSignOut,
        logoutSource: async (context, form) => {
          context.body = `<!doctype html><title>Sign out</title>${form}
            <button form="op.logoutForm" name="logout" value="yes">Yes, sign me out</button>`;
        },
      },
    },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...accounts[id] }) }),
    // Everyone has consented.
    loadExistingGrant: async (context) => {
      const { client, session, provider } = context.oidc;
      const grant = new provider.Grant({ clientId: client?.clientId, accountId: session?.accountId });
      grant.addOIDCScope('openid profile email');
      await grant.save();
      return grant;
    },
  };
}
