import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from '../../../platform/config.ts';
import { readKafkaConfig } from '../../../platform/kafka/config.ts';
import { kafkaVariables } from '../../../platform/kafka/variables.ts';
import { issue, newAuthority } from '../../servers/certificates.ts';
import { problemsIn } from '../../config-problems.ts';

const dir = mkdtempSync(join(tmpdir(), 'kafka-security-'));
afterAll(() => rmSync(dir, { recursive: true }));
const file = (name: string, content: string): string => {
  writeFileSync(join(dir, name), content);
  return join(dir, name);
};
const authority = newAuthority('ca');
const ann = issue(authority, { name: 'ann' });
const ca = file('ca.pem', authority.certificate);
const cert = file('ann.cert', ann.certificate);
const key = file('ann.key', ann.keyPem);
const otherKey = file('other.key', issue(authority, { name: 'bob' }).keyPem);

const read = (env: Environment) =>
  readKafkaConfig({ KAFKA_BROKERS: 'kafka.example:9093', ...env }, kafkaVariables).kafkaSecurity;
const problemsOf = (env: Environment) => problemsIn(() => read(env));

describe('the security of connections to Kafka', () => {
  it('is off by default', () => {
    const { tls, sasl } = read({});
    expect([tls, sasl]).toEqual([undefined, undefined]);
  });

  it('is TLS with files, and a login', async () => {
    const { tls, sasl } = read({
      KAFKA_TLS: 'on',
      KAFKA_TLS_CA_FILE: ca,
      KAFKA_TLS_CERT_FILE: cert,
      KAFKA_TLS_KEY_FILE: key,
      KAFKA_SASL_MECHANISM: 'PLAIN',
      KAFKA_SASL_USERNAME: 'ann',
      KAFKA_SASL_PASSWORD_FILE: file('password', 'hunter2\n'),
    });
    expect(tls).toEqual({ caFile: ca, certFile: cert, keyFile: key });
    expect(sasl).toMatchObject({ mechanism: 'PLAIN', username: 'ann' });
    expect(sasl && 'password' in sasl && (await sasl.password())).toBe('hunter2');
  });

  it('reports every problem together, with those of the other variables', () => {
    expect(
      problemsOf({
        KAFKA_BROKERS: 'nowhere',
        KAFKA_TLS: 'on',
        KAFKA_TLS_CA_FILE: key,
        KAFKA_TLS_CERT_FILE: cert,
        KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512',
        KAFKA_OAUTH_CLIENT_ID: 'meter',
      }),
    ).toEqual([
      expect.stringContaining('KAFKA_BROKERS must be like'),
      `KAFKA_TLS_CA_FILE ${key} is not a PEM certificate`,
      'KAFKA_TLS_KEY_FILE is missing: KAFKA_TLS_CERT_FILE needs it',
      'KAFKA_OAUTH_CLIENT_ID is only for KAFKA_SASL_MECHANISM=OAUTHBEARER',
      'KAFKA_SASL_USERNAME is missing: KAFKA_SASL_MECHANISM=SCRAM-SHA-512 needs it',
      'KAFKA_SASL_PASSWORD is missing: KAFKA_SASL_MECHANISM=SCRAM-SHA-512 needs it',
    ]);
  });

  const tls = { KAFKA_TLS: 'on' };
  const oauth = { ...tls, KAFKA_SASL_MECHANISM: 'OAUTHBEARER' };
  it.each<[string, Environment, string]>([
    ['a file of TLS without TLS', { KAFKA_TLS_CA_FILE: ca }, 'KAFKA_TLS_CA_FILE is only for KAFKA_TLS=on'],
    [
      'a file that is not there',
      { ...tls, KAFKA_TLS_CA_FILE: join(dir, 'none') },
      'KAFKA_TLS_CA_FILE cannot be read',
    ],
    [
      'another certificate’s key',
      { ...tls, KAFKA_TLS_CERT_FILE: cert, KAFKA_TLS_KEY_FILE: otherKey },
      'KAFKA_TLS_KEY_FILE is not the key of KAFKA_TLS_CERT_FILE',
    ],
    [
      'a name without a mechanism',
      { KAFKA_SASL_USERNAME: 'ann' },
      'KAFKA_SASL_USERNAME is only for a KAFKA_SASL_MECHANISM',
    ],
    [
      'a password that goes unencrypted over a network',
      { KAFKA_SASL_MECHANISM: 'PLAIN', KAFKA_SASL_USERNAME: 'ann', KAFKA_SASL_PASSWORD: 'hunter2' },
      'KAFKA_SASL_MECHANISM=PLAIN sends the password unencrypted: set KAFKA_TLS=on',
    ],
    [
      'an unknown mechanism',
      { KAFKA_SASL_MECHANISM: 'GSSAPI' },
      'KAFKA_SASL_MECHANISM must be one of PLAIN, SCRAM-SHA-256',
    ],
    [
      'a token of nowhere',
      oauth,
      'KAFKA_OAUTH_TOKEN_URL is missing: KAFKA_SASL_MECHANISM=OAUTHBEARER needs it',
    ],
    [
      'a token from two places',
      { ...oauth, KAFKA_OAUTH_TOKEN_FILE: file('token', 'x'), KAFKA_OAUTH_CLIENT_ID: 'meter' },
      'Set either KAFKA_OAUTH_TOKEN_FILE or KAFKA_OAUTH_CLIENT_ID, not both',
    ],
    [
      'a secret that goes unencrypted to the endpoint',
      {
        ...oauth,
        KAFKA_OAUTH_TOKEN_URL: 'http://login.example/token',
        KAFKA_OAUTH_CLIENT_ID: 'meter',
        KAFKA_OAUTH_CLIENT_SECRET: 'hunter2',
      },
      'KAFKA_OAUTH_TOKEN_URL must use https: it is sent the secret',
    ],
  ])('rejects %s', (_, env, problem) => {
    const problems = problemsOf(env).join('\n');
    expect(problems).toContain(problem);
    expect(problems).not.toContain('hunter2');
  });
});
