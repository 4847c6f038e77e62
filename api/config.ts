import { Type } from 'typebox';
import { ConfigError, readBoth, readConfig, type Environment } from '../platform/config.ts';
import {
  clickhouseVariables,
  kafkaVariables,
  processVariables,
  orgVariables,
  closingVariables,
} from '../platform/variables.ts';
import { isLoopback } from '../platform/loopback.ts';
import { readTokenKeys, type TokenKeys } from './auth/keys.ts';

/** The environment variables of the API, without those of the tokens’ keys (auth/keys.ts). */
export const apiVariables = {
  ...clickhouseVariables,
  ...processVariables,
  ...orgVariables,
  ...closingVariables,
  ...kafkaVariables,
  HOST: Type.String({ default: '127.0.0.1', minLength: 1, description: 'the address to listen on' }),
  PORT: Type.Integer({ default: 8080, minimum: 0, maximum: 65_535, description: 'the port to listen on' }),
  RATE_LIMIT_PER_MINUTE: Type.Integer({
    default: 6_000,
    minimum: 1,
    description:
      'requests a minute for each token, or for each address without a token, counted by each API process',
  }),
  STATEMENT_ISSUER: Type.String({
    default: 'API credits',
    minLength: 1,
    maxLength: 200,
    description: 'the issuer printed on statements',
  }),
  LOCAL_SIGN_IN: Type.Enum(['', '1'], {
    default: '',
    description: '1 lets anyone who reaches this process sign in as anyone; only for the local stack',
  }),
};

/** The configuration of the API. @throws ConfigError with every problem at once, those of the tokens’ keys included */
export function readApiConfig(env: Environment) {
  const [config, keys] = readBoth(
    () => readConfig(env, apiVariables),
    () => readTokenKeys(env),
  );
  assertSignInIsLocal(config, keys);
  return { ...config, keys };
}

/** A local sign-in lets anyone be anyone, so it must not be reachable from another machine. */
function assertSignInIsLocal(
  { LOCAL_SIGN_IN, HOST }: { readonly LOCAL_SIGN_IN: string; readonly HOST: string },
  { secret }: TokenKeys,
): void {
  if (LOCAL_SIGN_IN === '') return;
  const problems = [];
  if (!isLoopback(HOST)) problems.push(`LOCAL_SIGN_IN works on a loopback address only, but HOST is ${HOST}`);
  if (secret === undefined) problems.push('LOCAL_SIGN_IN needs JWT_SECRET or JWT_SECRET_FILE to sign with');
  if (problems.length > 0) throw new ConfigError(problems);
}
