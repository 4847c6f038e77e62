import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { generateKeyPair, SignJWT } from 'jose';
import { failureFacts, signInProblemOf } from '../../../api/sign-in/failure.ts';
import { createProvider } from '../../../api/sign-in/provider.ts';
import { freePort } from '../../../deploy/local/ports.ts';

const MEGABYTE = 1024 * 1024;
const EXPECTED = { state: 'the state', nonce: 'the nonce', verifier: 'v'.repeat(43) };
const MAPPING = { userClaim: 'sub', roleClaim: 'roles', roles: [], orgClaim: 'orgs', orgs: [] };

let issuer: string;
let server: Server;
/** By path, before the answers of a provider that works. */
let answers: Record<string, RequestListener>;
beforeAll(async () => {
  const port = await freePort();
  issuer = `http://127.0.0.1:${port}`;
  const { privateKey } = await generateKeyPair('RS256');
  const token = () =>
    new SignJWT({ nonce: EXPECTED.nonce, roles: 'x', orgs: 'x' })
      .setProtectedHeader({ alg: 'RS256', kid: 'one' })
      .setIssuer(issuer)
      .setAudience('credits')
      .setSubject('ann')
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(privateKey);
  const documents: Record<string, () => unknown> = {
    '/.well-known/openid-configuration': () => ({
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/keys`,
    }),
    '/keys': () => ({ keys: [{ kty: 'RSA', kid: 'one' }] }),
    '/token': async () => ({ access_token: 'x', token_type: 'Bearer', id_token: await token() }),
  };
  server = createServer((request, response) => {
    const path = request.url ?? '';
    response.setHeader('content-type', 'application/json');
    if (answers[path]) answers[path](request, response);
    else void answerWith(response, documents[path]?.());
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
});
beforeEach(() => {
  answers = {};
});
afterAll(
  () =>
    new Promise((resolve) => {
      server.closeAllConnections();
      server.close(resolve);
    }),
);

async function answerWith(response: ServerResponse, content: unknown): Promise<void> {
  response.end(JSON.stringify(await content));
}

async function failureOfSignIn(): Promise<unknown> {
  const publicUrl = new URL('http://127.0.0.1:8080');
  const provider = createProvider(
    {
      issuer: new URL(issuer),
      clientId: 'credits',
      clientSecret: 'x',
      clientAuth: 'client_secret_basic',
      name: 'x',
      scope: 'openid',
      publicUrl,
    },
    Date.now,
  );
  const address = new URL(`/sign-in/callback?code=x&state=${EXPECTED.state}`, publicUrl);
  return provider.redeem(address, EXPECTED, MAPPING).then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('an identity provider whose answers are hostile', () => {
  it.each(['/.well-known/openid-configuration', '/token', '/keys'])(
    'is read up to 1 MB, at %s, also where the answer is small until it is inflated',
    async (path) => {
      let isCutOff = false;
      answers[path] = (_, response) => {
        response.on('close', () => (isCutOff = !response.writableFinished));
        response.write(' '.repeat(MEGABYTE + 1));
      };
      const endless = await failureOfSignIn();
      answers[path] = (_, response) => {
        response.setHeader('content-encoding', 'gzip');
        response.end(gzipSync(' '.repeat(64 * MEGABYTE)));
      };
      for (const error of [endless, await failureOfSignIn()]) {
        expect(signInProblemOf(error)).toBe('rejected');
        expect(failureFacts(error)['cause']).toBe(`${issuer} answered with more than 1048576 bytes`);
      }
      expect(isCutOff).toBe(true);
    },
  );

  it('fails a sign-in by a key that is broken, without an internal error', async () => {
    const error = await failureOfSignIn();
    expect(signInProblemOf(error)).toBe('rejected');
    expect(failureFacts(error)['cause']).toMatch(/key/i);
  });
});
