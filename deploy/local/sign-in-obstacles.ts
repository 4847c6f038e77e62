import { isOff, isOn } from '../../api/config.ts';
import type { Environment } from '../../platform/config.ts';
import { isLoopback } from '../../platform/loopback.ts';

/** What decides about the local sign-in. */
export interface SignInConfig {
  readonly LOCAL_SIGN_IN: string;
  readonly HOST: string;
  readonly TRUSTED_PROXIES: string;
  readonly KAFKA_BROKERS: string;
  readonly CLICKHOUSE_URL: string;
}

/**
 * Why this stack cannot let its user choose a role: empty only for a stack that is the user's alone, with its own
 * servers and its own secret: a secret or a server that was given may be used elsewhere too.
 */
export function signInObstacles(config: SignInConfig, env: Environment): string[] {
  const given = [
    ...['JWT_SECRET', 'JWT_SECRET_FILE', 'JWKS_URL', 'OIDC_ISSUER'].filter((name) => env[name]),
    ...(['KAFKA_BROKERS', 'CLICKHOUSE_URL', 'TRUSTED_PROXIES'] as const).filter(
      (name) => config[name] !== '',
    ),
  ];
  const obstacles = given.map((name) => `LOCAL_SIGN_IN is only for a stack without ${name}`);
  if (isLoopback(config.HOST)) return obstacles;
  return [...obstacles, `LOCAL_SIGN_IN works on a loopback address only, but HOST is ${config.HOST}`];
}

/** Where nothing is said, the sign-in is there if it can be. */
export const hasLocalSignIn = (config: SignInConfig, env: Environment): boolean =>
  !isOff(config.LOCAL_SIGN_IN) && signInObstacles(config, env).length === 0;

/** An explicit `on` that is not possible is an error. */
export const signInProblems = (config: SignInConfig, env: Environment): string[] =>
  isOn(config.LOCAL_SIGN_IN) ? signInObstacles(config, env) : [];
