import { decide, isBound, type Permission } from '../../../auth/permissions.ts';
import { param } from './place.ts';
import { session, type Session } from './session.ts';

/** The organisation that is shown: of the address, else the first that the token names; empty where neither does. */
export function shownOrg({ orgIds }: Session): string {
  return param('org') || (orgIds[0] ?? '');
}

/** Whether to offer an act, by the API's own table; the API decides all the same. */
export function may(act: Permission): boolean {
  const who = session.value;
  if (who === undefined) return false;
  // Of a foreign organisation the API says that it is unknown, whatever is offered.
  const org = isBound(who.role) ? (who.orgIds[0] ?? '') : '';
  const decision = decide({ role: who.role, userId: who.userId, orgIds: who.orgIds }, act, org);
  return decision === 'org' || decision === 'self';
}
