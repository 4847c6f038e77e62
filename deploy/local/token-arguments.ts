import { Options } from '../../platform/command-line/options.ts';
import { isBound, ROLES, type Role } from '../../api/auth/permissions.ts';
import type { Claims } from '../../api/auth/tokens.ts';

export const TOKEN_USAGE = `npm run token -- --role ROLE [--org ORG] [--orgs A,B] [--user USER]

Prints a bearer token for the running local stack, valid for a day.

  --role ROLE   one of ${ROLES.join(', ')}
  --org ORG     the organisation of a super_admin, admin or user; of a publisher or gate, which without
                it publishes or decides for any
  --orgs A,B    the organisations of an analyst
  --user USER   the user id (local)`;

/** The claims (domain.md, Roles), or undefined for --help. @throws UsageError */
export function readTokenArguments(args: readonly string[]): Claims | undefined {
  const types = { role: 'string', org: 'string', orgs: 'string', user: 'string' } as const;
  const options = new Options(TOKEN_USAGE, types, args);
  if (options.has('help')) return undefined;
  const role = options.required('role');
  if (!isRole(role)) throw options.wrong(`There is no role ${JSON.stringify(role)}.`);
  const org = options.text('org');
  const orgs = options
    .text('orgs')
    ?.split(',')
    .filter((id) => id !== '');
  if (role === 'analyst' && !orgs?.length) throw options.wrong('An analyst needs --orgs.');
  if (role !== 'analyst' && isBound(role) && !org) throw options.wrong(`The role ${role} needs --org.`);
  return { role, sub: options.text('user') ?? 'local', ...(org ? { org } : {}), ...(orgs ? { orgs } : {}) };
}

const isRole = (text: string): text is Role => ROLES.some((role) => role === text);
