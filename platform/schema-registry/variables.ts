import { readFileSync } from 'node:fs';
import { Type } from 'typebox';
import { ConfigError } from '../config.ts';
import { httpAddress } from '../variables.ts';
import { accessOf, accessProblems, type RegistryAccess } from './access.ts';

/** The variables of a process that reads from a schema registry. Without SCHEMA_REGISTRY_URL there is none. */
export const schemaRegistryVariables = {
  SCHEMA_REGISTRY_URL: httpAddress({
    default: '',
    description: 'address of the schema registry, such as http://registry:8081',
  }),
  SCHEMA_REGISTRY_USERNAME: Type.String({ default: '' }),
  SCHEMA_REGISTRY_PASSWORD: Type.String({ default: '', secret: true }),
  SCHEMA_REGISTRY_TOKEN: Type.String({ default: '', secret: true }),
  SCHEMA_REGISTRY_CA_FILE: Type.String({ default: '' }),
};

type SchemaRegistryConfig = Readonly<Record<keyof typeof schemaRegistryVariables, string>>;

const NAMES = {
  url: 'SCHEMA_REGISTRY_URL',
  username: 'SCHEMA_REGISTRY_USERNAME',
  password: 'SCHEMA_REGISTRY_PASSWORD_FILE',
  token: 'SCHEMA_REGISTRY_TOKEN_FILE',
  ca: 'SCHEMA_REGISTRY_CA_FILE',
};

/** @returns undefined without a registry. @throws ConfigError with every problem at once */
export function readRegistryAccess(config: SchemaRegistryConfig): RegistryAccess | undefined {
  const { SCHEMA_REGISTRY_URL: url, SCHEMA_REGISTRY_CA_FILE: caFile, ...login } = config;
  const { SCHEMA_REGISTRY_USERNAME: username, SCHEMA_REGISTRY_PASSWORD: password } = login;
  const token = login.SCHEMA_REGISTRY_TOKEN;
  if (url === '') {
    if (`${username}${password}${token}${caFile}` === '') return undefined;
    throw new ConfigError([`${NAMES.url} is missing: the other SCHEMA_REGISTRY_ settings need it`]);
  }
  const options = { url, username, password, token, ca: caFile && readCertificates(caFile) };
  const problems = accessProblems(options, NAMES);
  if (problems.length > 0) throw new ConfigError(problems);
  return accessOf(options);
}

function readCertificates(file: string): string {
  try {
    // Never empty: that would count as not given.
    return readFileSync(file, 'utf8') || ' ';
  } catch (error) {
    throw new ConfigError([`${NAMES.ca} cannot be read: ${String(error)}`]);
  }
}
