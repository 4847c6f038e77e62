import { readFileSync } from 'node:fs';
import { ConfigError, readBoth, readConfig, readSecretText, type Environment } from '../config.ts';
import { kafkaSecurityVariables } from './variables.ts';
import { clientCredentialsToken, isTrustedEndpoint } from './client-credentials.ts';
import { areLocal, ENVIRONMENT_NAMES, type KafkaSecurity, type Sasl, type TlsFiles } from './security.ts';
import { tlsFileProblems } from './tls-files.ts';

type SecurityConfig = ReturnType<typeof readConfig<typeof kafkaSecurityVariables>>;

/** How connections to Kafka are secured. @throws ConfigError with every problem, without secrets */
export function readKafkaSecurity(env: Environment): KafkaSecurity {
  const config = readConfig(env, kafkaSecurityVariables);
  const [tls, sasl] = readBoth(
    () => readTls(config),
    () => readSasl(config, env),
  );
  return { ...(tls && { tls }), ...(sasl && { sasl }), names: ENVIRONMENT_NAMES };
}

function readTls(config: SecurityConfig): TlsFiles | undefined {
  const files = {
    ...(config.KAFKA_TLS_CA_FILE !== '' && { caFile: config.KAFKA_TLS_CA_FILE }),
    ...(config.KAFKA_TLS_CERT_FILE !== '' && { certFile: config.KAFKA_TLS_CERT_FILE }),
    ...(config.KAFKA_TLS_KEY_FILE !== '' && { keyFile: config.KAFKA_TLS_KEY_FILE }),
  };
  if (config.KAFKA_TLS === 'on') {
    rejectIfAny(tlsFileProblems(files, ENVIRONMENT_NAMES));
    return files;
  }
  rejectIfAny(
    onlyFor('KAFKA_TLS=on', config, ['KAFKA_TLS_CA_FILE', 'KAFKA_TLS_CERT_FILE', 'KAFKA_TLS_KEY_FILE']),
  );
  return undefined;
}

const LOGIN = ['KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'] as const;
const CLIENT = [
  'KAFKA_OAUTH_TOKEN_URL',
  'KAFKA_OAUTH_CLIENT_ID',
  'KAFKA_OAUTH_CLIENT_SECRET',
  'KAFKA_OAUTH_SCOPE',
] as const;

function readSasl(config: SecurityConfig, env: Environment): Sasl | undefined {
  const mechanism = config.KAFKA_SASL_MECHANISM;
  const isClear = mechanism === 'PLAIN' || mechanism === 'OAUTHBEARER';
  const problems = isClear && config.KAFKA_TLS === 'off' ? clearTextProblems(mechanism, env) : [];
  if (mechanism === 'OAUTHBEARER') {
    rejectIfAny([
      ...problems,
      ...onlyFor('KAFKA_SASL_MECHANISM other than OAUTHBEARER', config, LOGIN),
      ...tokenProblems(config),
    ]);
    return { mechanism, token: tokenOf(config, env) };
  }
  const oauth = onlyFor('KAFKA_SASL_MECHANISM=OAUTHBEARER', config, ['KAFKA_OAUTH_TOKEN_FILE', ...CLIENT]);
  if (mechanism === '') {
    rejectIfAny([...onlyFor('a KAFKA_SASL_MECHANISM', config, LOGIN), ...oauth]);
    return undefined;
  }
  const missing = LOGIN.filter((name) => config[name] === '').map(
    (name) => `${name} is missing: KAFKA_SASL_MECHANISM=${mechanism} needs it`,
  );
  rejectIfAny([...problems, ...oauth, ...missing]);
  return {
    mechanism,
    username: config.KAFKA_SASL_USERNAME,
    password: currentSecret(env, 'KAFKA_SASL_PASSWORD'),
  };
}

function clearTextProblems(mechanism: string, { KAFKA_BROKERS = '' }: Environment): string[] {
  if (KAFKA_BROKERS === '') return [];
  if (areLocal(KAFKA_BROKERS.split(','))) return [];
  const secret = mechanism === 'PLAIN' ? 'the password' : 'the token';
  return [`KAFKA_SASL_MECHANISM=${mechanism} sends ${secret} unencrypted: set KAFKA_TLS=on`];
}

function tokenProblems(config: SecurityConfig): string[] {
  if (config.KAFKA_OAUTH_TOKEN_FILE !== '') {
    const other = CLIENT.filter((name) => config[name] !== '');
    return [
      ...other.map((name) => `Set either KAFKA_OAUTH_TOKEN_FILE or ${name}, not both`),
      ...fileProblems('KAFKA_OAUTH_TOKEN_FILE', config.KAFKA_OAUTH_TOKEN_FILE),
    ];
  }
  const needed = ['KAFKA_OAUTH_TOKEN_URL', 'KAFKA_OAUTH_CLIENT_ID', 'KAFKA_OAUTH_CLIENT_SECRET'] as const;
  const missing = needed
    .filter((name) => config[name] === '')
    .map(
      (name) => `${name} is missing: KAFKA_SASL_MECHANISM=OAUTHBEARER needs it, or KAFKA_OAUTH_TOKEN_FILE`,
    );
  const url = config.KAFKA_OAUTH_TOKEN_URL;
  const isSafe = url === '' || isTrustedEndpoint(url);
  return [...missing, ...(isSafe ? [] : ['KAFKA_OAUTH_TOKEN_URL must use https: it is sent the secret'])];
}

function tokenOf(config: SecurityConfig, env: Environment): () => string | Promise<string> {
  const { KAFKA_OAUTH_TOKEN_FILE: path } = config;
  if (path !== '') return () => readFileSync(path, 'utf8').trim();
  return clientCredentialsToken(
    {
      tokenUrl: config.KAFKA_OAUTH_TOKEN_URL,
      clientId: config.KAFKA_OAUTH_CLIENT_ID,
      clientSecret: currentSecret(env, 'KAFKA_OAUTH_CLIENT_SECRET'),
      ...(config.KAFKA_OAUTH_SCOPE !== '' && { scope: config.KAFKA_OAUTH_SCOPE }),
    },
    Date.now,
  );
}

/** The secret as its file has it now. */
const currentSecret = (env: Environment, name: string) => (): string => readSecretText(env, name) ?? '';

function fileProblems(name: string, path: string): string[] {
  try {
    return readFileSync(path, 'utf8').trim() === '' ? [`${name} ${path} is empty`] : [];
  } catch (error) {
    return [`${name} cannot be read: ${String(error)}`];
  }
}

function onlyFor(what: string, config: SecurityConfig, names: readonly (keyof SecurityConfig)[]): string[] {
  return names.filter((name) => config[name] !== '').map((name) => `${name} is only for ${what}`);
}

function rejectIfAny(problems: readonly string[]): void {
  if (problems.length > 0) throw new ConfigError(problems);
}
