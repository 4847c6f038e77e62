import { Type } from 'typebox';
import {
  clickhouseSettings,
  ConfigError,
  kafkaSettings,
  logSettings,
  orgSettings,
  readBoth,
  readConfig,
  timingSettings,
} from '../platform/config.ts';
import { isLoopback } from '../platform/loopback.ts';
import { readTokenKeys, type TokenKeys } from './auth/keys.ts';

/** The settings of the API process. auth/keys.ts reads those of the token keys. */
export const apiSettings = {
  ...clickhouseSettings,
  ...logSettings,
  ...orgSettings,
  ...timingSettings,
  ...kafkaSettings,
  HOST: Type.String({ default: '127.0.0.1', minLength: 1, description: 'the address to listen on' }),
  PORT: Type.Integer({ default: 8080, minimum: 0, maximum: 65_535, description: 'the port to listen on' }),
  RATE_LIMIT_PER_MINUTE: Type.Integer({
    default: 6_000,
    minimum: 1,
    description: 'requests a minute of one token, or of one address without a token, for each API process',
  }),
  LOCAL_SIGN_IN: Type.Enum(['', '1'], {
    default: '',
    description: '1 lets anyone who can reach this process sign in as anyone: for the local stack only',
  }),
};

type Environment = Readonly<Record<string, string | undefined>>;

/** The API's settings. Throws one ConfigError with all mistakes, those of the token keys included. */
export function readApiConfig(env: Environment) {
  const [config, keys] = readBoth(
    () => readConfig(env, apiSettings),
    () => readTokenKeys(env),
  );
  assertSignInIsLocal(config, keys);
  return { ...config, keys };
}

/** Local sign-in lets anyone sign in as anyone, so only this machine may reach it. */
function assertSignInIsLocal(
  { LOCAL_SIGN_IN, HOST }: { readonly LOCAL_SIGN_IN: string; readonly HOST: string },
  { secret }: TokenKeys,
): void {
  if (LOCAL_SIGN_IN === '') return;
  const problems = [];
  if (!isLoopback(HOST))
    problems.push(`LOCAL_SIGN_IN requires a loopback HOST such as 127.0.0.1, not ${HOST}`);
  if (secret === undefined) problems.push('LOCAL_SIGN_IN needs JWT_SECRET or JWT_SECRET_FILE to sign with');
  if (problems.length > 0) throw new ConfigError(problems);
}
