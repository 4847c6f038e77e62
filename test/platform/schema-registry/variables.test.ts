import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, readConfig, type Environment } from '../../../platform/config.ts';
import type { RegistryAccess } from '../../../platform/schema-registry/access.ts';
import { readRegistryAccess, schemaRegistryVariables } from '../../../platform/schema-registry/variables.ts';
import { CERTIFICATE } from './certificate.ts';

const dir = mkdtempSync(join(tmpdir(), 'api-credits-registry-'));
afterAll(() => rmSync(dir, { recursive: true }));
function fileOf(name: string, content: string): string {
  writeFileSync(join(dir, name), content);
  return join(dir, name);
}

/** The settings of the registry, without their common beginning. */
function access(settings: Environment): RegistryAccess | undefined {
  const env = Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [`SCHEMA_REGISTRY_${name}`, value]),
  );
  return readRegistryAccess(readConfig(env, schemaRegistryVariables));
}
function problems(settings: Environment): readonly string[] {
  try {
    access(settings);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

const URL = 'https://registry:8081';

describe('the settings of the schema registry', () => {
  it('may all be left out', () => {
    expect(access({})).toBeUndefined();
  });

  it('take the password, the token and the certificates from files', () => {
    const login = `Basic ${Buffer.from('ann:hunter2').toString('base64')}`;
    const password = fileOf('password', 'hunter2\n');
    const ca = fileOf('ca.pem', CERTIFICATE.cert);
    expect(access({ URL, USERNAME: 'ann', PASSWORD_FILE: password, CA_FILE: ca })).toEqual({
      url: URL,
      authorization: login,
      ca: CERTIFICATE.cert,
    });
    expect(access({ URL: `${URL}/apis/v7/`, TOKEN_FILE: fileOf('token', 'abc\n') })).toEqual({
      url: `${URL}/apis/v7`,
      authorization: 'Bearer abc',
    });
  });

  it.each<[string, Environment, string]>([
    ['a login without an address', { USERNAME: 'ann' }, 'SCHEMA_REGISTRY_URL is missing'],
    ['an address of another kind', { URL: 'registry:8081' }, 'SCHEMA_REGISTRY_URL must be like'],
    [
      'a login in the address',
      { URL: 'http://ann:hunter2@registry' },
      'must have neither a login nor a query',
    ],
    ['a user without a password', { URL, USERNAME: 'ann' }, 'SCHEMA_REGISTRY_PASSWORD_FILE is missing'],
    ['a password without a user', { URL, PASSWORD: 'hunter2' }, 'SCHEMA_REGISTRY_USERNAME is missing'],
    ['two logins', { URL, USERNAME: 'ann', PASSWORD: 'hunter2', TOKEN: 'abc' }, 'not both'],
    ['a colon in the user name', { URL, USERNAME: 'a:b', PASSWORD: 'hunter2' }, 'must not have a colon'],
    [
      'a token of two lines',
      { URL, TOKEN: 'hunter2\r\nx: y' },
      'SCHEMA_REGISTRY_TOKEN_FILE must be one word',
    ],
    ['no such file', { URL, CA_FILE: join(dir, 'none') }, 'SCHEMA_REGISTRY_CA_FILE cannot be read'],
    ['another file', { URL, CA_FILE: fileOf('other', 'x') }, 'does not have a certificate'],
    ['an empty file', { URL, CA_FILE: fileOf('empty', '') }, 'does not have a certificate'],
    [
      'certificates without TLS',
      { URL: 'http://r', CA_FILE: fileOf('ca', CERTIFICATE.cert) },
      'needs an https',
    ],
  ])('are invalid with %s', (_, settings, problem) => {
    const found = problems(settings).join('\n');
    expect(found).toContain(problem);
    expect(found).not.toContain('hunter2');
  });
});
