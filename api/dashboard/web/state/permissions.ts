import {
  decide,
  isAllowedGlobally,
  isBound,
  type GlobalPermission,
  type Permission,
} from '../../../auth/permissions.ts';
import { param } from './address.ts';
import { session, type Session } from './session.ts';

/** The organisation on screen: the address's, else the token's first one; empty if neither names one. */
export function currentOrg({ orgIds }: Session): string {
  return param('org') || (orgIds[0] ?? '');
}

/** Whether to offer an action, by the API's own permission table. The API checks every request again. */
export function may(permission: Permission): boolean {
  const user = session.value;
  if (user === undefined) return false;
  // The API answers "unknown" for a foreign organisation, whatever the screen offers.
  const org = isBound(user.role) ? (user.orgIds[0] ?? '') : '';
  const decision = decide({ role: user.role, userId: user.userId, orgIds: user.orgIds }, permission, org);
  return decision === 'org' || decision === 'self';
}

/** The same of what concerns no single organisation. */
export function mayGlobally(permission: GlobalPermission): boolean {
  const user = session.value;
  if (user === undefined) return false;
  const { role, userId, orgIds } = user;
  return isAllowedGlobally({ role, userId, orgIds }, permission);
}
