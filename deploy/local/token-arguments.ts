import { parseArgs } from 'node:util';
import { isBound, ROLES, type Role } from '../../api/auth/access.ts';
import type { Claims } from '../../api/auth/tokens.ts';
import { LocalStackError } from './errors.ts';

const USAGE = `npm run token -- --role ROLE [--org ORG] [--orgs A,B] [--user USER]

Prints a bearer token for the running local stack, good for a day.

  --role ROLE   one of ${ROLES.join(', ')}
  --org ORG     the organisation of a super_admin, admin or user
  --orgs A,B    the organisations of an analyst
  --user USER   the user id (local)`;

/** The claims of domain.md, Roles. @throws LocalStackError USAGE */
export function readTokenArguments(args: readonly string[]): Claims {
  const { role, org, orgs, user } = parse(args);
  if (role === undefined) throw usage('Which role? --role is missing.');
  if (!isRole(role)) throw usage(`There is no role ${JSON.stringify(role)}.`);
  const listed = orgs?.split(',').filter((id) => id !== '');
  if (role === 'analyst' && !listed?.length) throw usage('An analyst needs --orgs.');
  if (role !== 'analyst' && isBound(role) && !org) throw usage(`The role ${role} needs --org.`);
  return { role, sub: user, ...(org ? { org } : {}), ...(listed ? { orgs: listed } : {}) };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        role: { type: 'string' },
        org: { type: 'string' },
        orgs: { type: 'string' },
        user: { type: 'string', default: 'local' },
      },
    }).values;
  } catch (error) {
    throw usage(error instanceof Error ? error.message : String(error));
  }
}

const isRole = (text: string): text is Role => ROLES.some((role) => role === text);

const usage = (problem: string): LocalStackError => new LocalStackError('USAGE', `${problem}\n\n${USAGE}`);
