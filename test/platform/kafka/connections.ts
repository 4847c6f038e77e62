import { createServer, type Server } from 'node:http';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Kafka } from 'kafkajs';
import { connectKafka } from '../../../platform/kafka/connect.ts';
import { readKafkaSecurity } from '../../../platform/kafka/security-config.ts';
import { DAY_MS } from '../../../schemas/time-units.ts';
import { unsignedToken, type SecuredKafka } from '../../servers/secured-kafka.ts';

/** The user of these tests. */
export const ANN = 'ann';
export const ANNS_PASSWORD = 'anns-secret';

/**
 * kafkajs's errors where a connection or its first answer takes more than 3 s. On a stalled machine they say
 * nothing about the settings.
 */
const TOO_LATE = /^(Connection timeout|Request .* timed out)$/;
const ATTEMPTS = 5;

type Variables = Readonly<Record<string, string>>;
const login = (mechanism = 'SCRAM-SHA-256'): Variables => ({
  KAFKA_SASL_MECHANISM: mechanism,
  KAFKA_SASL_USERNAME: ANN,
  KAFKA_SASL_PASSWORD: ANNS_PASSWORD,
});
/** Connects and asks for the topics. @returns the error's message */
async function errorOf(client: Kafka): Promise<string | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    const error = await errorOfAttempt(client);
    if (error === undefined || !TOO_LATE.test(error) || attempt === ATTEMPTS) return error;
  }
}

async function errorOfAttempt(client: Kafka): Promise<string | undefined> {
  const admin = client.admin();
  try {
    await admin.connect();
    await admin.listTopics();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    await admin.disconnect();
  }
}

/** @returns the error's message, and every log line */
async function connect(brokers: string, variables: Variables) {
  const env = { KAFKA_BROKERS: brokers, ...variables };
  const lines: string[] = [];
  const log = (details: object, message: string): void => void lines.push(message, JSON.stringify(details));
  const config = { KAFKA_BROKERS: brokers, kafkaSecurity: readKafkaSecurity(env) };
  const error = await errorOf(connectKafka(config, 'test', { debug: log, warn: log }, 0));
  return { error, lines };
}

/**
 * How connections are secured, on a broker that a suite has started with ANN among its users: one broker is enough for
 * these and the suite's own tests.
 */
export function describeConnections(started: () => SecuredKafka): void {
  let kafka: SecuredKafka;
  beforeAll(() => {
    kafka = started();
  });
  const tls = (): Variables => ({ KAFKA_TLS: 'on', KAFKA_TLS_CA_FILE: kafka.caFile });
  const certified = (name: string, validUntilMs?: number): Variables => {
    const { certFile, keyFile } = kafka.certify(name, validUntilMs);
    return { KAFKA_TLS_CERT_FILE: certFile, KAFKA_TLS_KEY_FILE: keyFile };
  };

  describe('a client of a Kafka with access control', () => {
    it.each(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'])('logs in by %s over TLS', async (mechanism) => {
      const { error } = await connect(kafka.sasl, { ...tls(), ...login(mechanism) });
      expect(error).toBeUndefined();
    });

    it('is known by its certificate', async () => {
      const { error } = await connect(kafka.tls, { ...tls(), ...certified('bob') });
      expect(error).toBeUndefined();
    });

    it('reads password, token and certificate files again for each connection', async () => {
      const file = join(kafka.dir, 'password');
      writeFileSync(file, ANNS_PASSWORD);
      const env = {
        KAFKA_BROKERS: kafka.sasl,
        ...tls(),
        KAFKA_SASL_MECHANISM: 'PLAIN',
        KAFKA_SASL_USERNAME: ANN,
        KAFKA_SASL_PASSWORD_FILE: file,
      };
      const config = { KAFKA_BROKERS: kafka.sasl, kafkaSecurity: readKafkaSecurity(env) };
      const silent = { debug: () => undefined, warn: () => undefined };
      const client = connectKafka(config, 'test', silent, 0);
      expect(await errorOf(client)).toBeUndefined();
      writeFileSync(file, 'rotated too early');
      expect(await errorOf(client)).toContain('rejects the login');
      writeFileSync(file, ANNS_PASSWORD);
      expect(await errorOf(client)).toBeUndefined();
    });
  });

  describe('an access token', () => {
    let endpoint: Server;
    let tokenUrl: string;
    const requests: { readonly authorization: string | undefined; readonly body: string }[] = [];
    beforeAll(async () => {
      endpoint = createServer((request, response) => {
        let body = '';
        request.on('data', (chunk: Buffer) => (body += chunk.toString()));
        request.on('end', () => {
          requests.push({ authorization: request.headers.authorization, body });
          const isKnown = request.headers.authorization === `Basic ${btoa('meter:s%3Ecret')}`;
          response.writeHead(isKnown ? 200 : 401, { 'content-type': 'application/json' });
          response.end(
            JSON.stringify({
              access_token: unsignedToken('ann', Date.now()),
              expires_in: 600,
              error: 's>cret',
            }),
          );
        });
      });
      await new Promise<void>((resolve) => endpoint.listen(0, '127.0.0.1', resolve));
      const address = endpoint.address();
      if (address === null || typeof address === 'string') throw new Error('the endpoint has no port');
      tokenUrl = `http://127.0.0.1:${address.port}/token`;
    });
    afterAll(() => new Promise((resolve) => endpoint.close(resolve)));

    const client = (secret: string): Variables => ({
      ...tls(),
      KAFKA_SASL_MECHANISM: 'OAUTHBEARER',
      KAFKA_OAUTH_TOKEN_URL: tokenUrl,
      KAFKA_OAUTH_CLIENT_ID: 'meter',
      KAFKA_OAUTH_CLIENT_SECRET: secret,
      KAFKA_OAUTH_SCOPE: 'kafka',
    });

    it('comes from a file', async () => {
      const file = join(kafka.dir, 'token');
      writeFileSync(file, `${unsignedToken('ann', Date.now())}\n`);
      const token = { KAFKA_SASL_MECHANISM: 'OAUTHBEARER', KAFKA_OAUTH_TOKEN_FILE: file };
      expect((await connect(kafka.sasl, { ...tls(), ...token })).error).toBeUndefined();

      writeFileSync(file, unsignedToken('ann', Date.now() - 2 * DAY_MS));
      const { error, lines } = await connect(kafka.sasl, { ...tls(), ...token });
      expect(error).toMatch(
        /rejects the login: check KAFKA_OAUTH_TOKEN_FILE or .*the broker answered invalid_token/,
      );
      expect(lines.join('\n')).not.toContain(unsignedToken('ann', Date.now()).slice(0, 20));
    });

    it('comes from an endpoint, by client credentials', async () => {
      expect((await connect(kafka.sasl, client('s>cret'))).error).toBeUndefined();
      // Two connections of one client share a token.
      expect(requests.map(({ body }) => body)).toEqual(['grant_type=client_credentials&scope=kafka']);
    });

    it('is not asked for again and again where the endpoint rejects the client, and the secret stays one', async () => {
      requests.splice(0);
      const { error, lines } = await connect(kafka.sasl, client('wrong-s>cret'));
      expect(error).toBe(
        `The token endpoint ${tokenUrl} rejects this client with status 401: check its id, secret and scope`,
      );
      expect(requests).toHaveLength(1);
      expect([error, ...lines].join('\n')).not.toContain('s>cret');
    });
  });

  describe('a wrong setting is an error that names it:', () => {
    it.each<[string, () => Promise<{ error: string | undefined; lines: string[] }>, RegExp]>([
      [
        'a wrong password',
        () => connect(kafka.sasl, { ...tls(), ...login(), KAFKA_SASL_PASSWORD: 'guessed wrong' }),
        /rejects the login: check KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD/,
      ],
      [
        'an unknown authority',
        () => connect(kafka.sasl, { ...tls(), ...login(), KAFKA_TLS_CA_FILE: kafka.otherCaFile }),
        /set KAFKA_TLS_CA_FILE to the one that has/,
      ],
      ['a broker’s expired certificate', () => connect(kafka.expired, tls()), /has expired: renew it/],
      [
        'another host name than the certificate’s',
        () => connect(kafka.sasl.replace('127.0.0.1', 'localhost'), { ...tls(), ...login() }),
        /certificate is for another name: use in KAFKA_BROKERS/,
      ],
      [
        'a missing client certificate',
        () => connect(kafka.tls, tls()),
        /set KAFKA_TLS_CERT_FILE and KAFKA_TLS_KEY_FILE/,
      ],
      [
        'an expired client certificate',
        () => connect(kafka.tls, { ...tls(), ...certified('old', Date.now() - DAY_MS) }),
        /expired or of an authority .* set KAFKA_TLS_CERT_FILE/,
      ],
      ['no TLS on a TLS port', () => connect(kafka.sasl, {}), /expects TLS on this port: turn KAFKA_TLS on/],
      [
        'TLS on a plain port',
        () => connect(kafka.plain, tls()),
        /does not speak TLS on this port.*KAFKA_BROKERS.*KAFKA_TLS off/,
      ],
      [
        'no login where one is needed',
        () => connect(kafka.sasl, tls()),
        /expects a login.*KAFKA_SASL_MECHANISM/,
      ],
    ])('%s', async (_, attempt, expected) => {
      const { error, lines } = await attempt();
      expect(error).toMatch(expected);
      expect(lines.join('\n')).toMatch(expected);
      expect([error, ...lines].join('\n')).not.toMatch(/secret|guessed/);
    });
  });
}
