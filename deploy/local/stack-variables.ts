import type { Environment } from '../../platform/config.ts';
import type { StackRole } from './clickhouse-users.ts';
import type { Stack } from './stack.ts';

/**
 * What a program takes from the running stack: every variable that its environment does not give itself.
 * @param role what it may do in the local ClickHouse
 */
export function stackVariables(
  { settings, logins }: Stack,
  role: StackRole,
  env: Environment,
): Record<string, string> {
  const variables = Object.entries({ ...settings, ...logins?.[role] });
  return Object.fromEntries(variables.filter(([name]) => !isGiven(name, env)));
}

/** The login of the stack's ClickHouse is for that alone, and a secret is given as itself or as a file. */
function isGiven(name: string, env: Environment): boolean {
  if (env[name]) return true;
  switch (name) {
    case 'JWT_SECRET_FILE':
      return Boolean(env['JWT_SECRET']);
    case 'WEBHOOK_KEY_FILE':
      return Boolean(env['WEBHOOK_KEY']);
    case 'CLICKHOUSE_USER':
    case 'CLICKHOUSE_PASSWORD_FILE':
      return ['CLICKHOUSE_URL', 'CLICKHOUSE_USER', 'CLICKHOUSE_PASSWORD', 'CLICKHOUSE_PASSWORD_FILE'].some(
        (each) => Boolean(env[each]),
      );
    default:
      return false;
  }
}
