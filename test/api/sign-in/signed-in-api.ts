import { openSignIn } from '../../../api/sign-in/sign-in.ts';
import { readSignInConfig } from '../../../api/sign-in/config.ts';
import { createTokenVerifier } from '../../../api/auth/tokens.ts';
import { freePort } from '../../../deploy/local/ports.ts';
import type { Logger } from '../../../platform/logging.ts';
import {
  CLIENT,
  startIdentityProvider,
  type IdentityProvider,
  type IdentityProviderOptions,
} from '../../servers/identity-provider.ts';
import { openWithoutServers, SECRET } from '../api-without-servers.ts';
import { newVisitor, signInAtProvider, type Page, type Visitor } from './visitor.ts';

export const SESSION_SECRET = 'a session secret that only this test run knows';

/** Those of the tests; `roles` and `orgs` are claims of the provider. */
export const ACCOUNTS = {
  ann: { name: 'Ann Example', roles: ['credits-admins'], orgs: ['acme'], email: 'ann@acme.example' },
  bob: { name: 'Bob', roles: ['finance'] },
  eve: { name: 'Eve', roles: ['gardeners'], orgs: ['acme'] },
};

export interface SignedInApi {
  /** Its own address, and PUBLIC_URL. */
  readonly url: string;
  /** Of another process with the same settings. */
  readonly otherUrl: string;
  readonly provider: IdentityProvider;
  /** The clock of both processes, epoch milliseconds. */
  readonly clock: { now: number };
  /** The address at the provider. @param query of the sign-in */
  begin(visitor: Visitor, query?: string): Promise<string>;
  /** From the dashboard to the provider and back, in a new browser unless one is given. */
  signIn(
    login: string,
    visitor?: Visitor,
    query?: string,
  ): Promise<{ readonly visitor: Visitor; readonly page: Page }>;
  close(): Promise<void>;
}

/**
 * Two API processes' apps and a provider. Nothing behind them runs: an answer of 503 means that the caller may read
 * what ClickHouse has.
 */
export async function openSignedInApi(
  settings: Readonly<Record<string, string>> = {},
  options: Partial<IdentityProviderOptions> & { readonly logger?: Logger } = {},
): Promise<SignedInApi> {
  const url = `http://127.0.0.1:${await freePort()}`;
  const provider = await startIdentityProvider({ publicUrl: url, accounts: ACCOUNTS, ...options });
  const clock = { now: Date.now() };
  const now = () => clock.now;
  const config = readSignInConfig({
    OIDC_ISSUER: provider.issuer,
    OIDC_CLIENT_ID: CLIENT.id,
    OIDC_CLIENT_SECRET: CLIENT.secret,
    OIDC_NAME: 'Example ID',
    OIDC_ROLE_MAP: 'credits-admins=admin,finance=billing',
    PUBLIC_URL: url,
    SESSION_SECRET,
    ...settings,
  });
  if (config === undefined) throw new Error('The sign-in has no settings.');
  const open = () =>
    openWithoutServers({
      now,
      verifyToken: createTokenVerifier({ secrets: [SECRET] }, now),
      signIn: openSignIn(config, now),
      ...(options.logger && { logger: options.logger }),
    });
  const [first, other] = await Promise.all([open(), open()]);
  await first.app.listen({ host: '127.0.0.1', port: Number(new URL(url).port) });
  const otherUrl = await other.app.listen({ host: '127.0.0.1', port: 0 });
  const begin = async (visitor: Visitor, query = ''): Promise<string> =>
    (await visitor.open(`${url}/sign-in${query}`)).location;
  return {
    url,
    otherUrl,
    provider,
    clock,
    begin,
    signIn: async (login, visitor = newVisitor(), query = '') => {
      const address = await signInAtProvider(visitor, await begin(visitor, query), login);
      return { visitor, page: await visitor.open(address) };
    },
    close: async () => {
      await Promise.all([first.close(), other.close(), provider.stop()]);
    },
  };
}
