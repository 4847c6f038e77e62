import type { IdentityProviderOptions } from '../../servers/identity-provider.ts';
import { openSignedInApi, type SignedInApi } from './signed-in-api.ts';

type ClientAuth = NonNullable<IdentityProviderOptions['clientAuth']>;

describe('an identity provider', () => {
  let api: SignedInApi;
  afterEach(() => api.close());

  it.each([
    ['the client’s secret in a header', 'client_secret_basic', {}],
    ['it in the body', 'client_secret_post', { OIDC_CLIENT_AUTH: 'client_secret_post' }],
    ['no secret, from a public client', 'none', { OIDC_CLIENT_SECRET: '' }],
  ] as const)('may want %s', async (_, clientAuth: ClientAuth, settings: Record<string, string>) => {
    api = await openSignedInApi(settings, { clientAuth });
    expect((await api.signIn('ann')).page.location).toBe(`${api.url}/`);
  });

  it('that knows another secret of the client lets no one in', async () => {
    api = await openSignedInApi({ OIDC_CLIENT_SECRET: 'another secret' });
    expect((await api.signIn('ann')).page.location).toBe(`${api.url}/#sign-in=rejected`);
  });

  it('that offers no sign-out is left alone, and the page says so', async () => {
    api = await openSignedInApi({}, { offersSignOut: false });
    const { visitor } = await api.signIn('ann');
    const headers = { 'sec-fetch-site': 'same-origin' };
    await visitor.open(`${api.url}/sign-in/session/end`, { method: 'POST', headers });
    const { location } = await visitor.open(`${api.url}/sign-in/sign-out`);
    expect(location).toBe(`${api.url}/#sign-in=signed-out-here`);
  });
});
