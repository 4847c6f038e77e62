/**
 * Who may what (domain.md, Roles): the one table of act x role x own or foreign organisation. What is not in it is
 * refused. Every route names its act; the table test walks all of them.
 */
export const ROLES = ['super_admin', 'admin', 'user', 'analyst', 'billing', 'platform'] as const;
export type Role = (typeof ROLES)[number];

/** `org`: everything of the organisation; `self`: the caller's own consumption only. */
export type Extent = 'org' | 'self';

const ALL_OF_OWN = { super_admin: 'org', admin: 'org' } as const;

const MAY = {
  'read-credits': { ...ALL_OF_OWN, user: 'org', analyst: 'org' },
  'read-credit-users': { ...ALL_OF_OWN, user: 'self' },
  'read-usage': { ...ALL_OF_OWN, user: 'self', analyst: 'org' },
  'read-calls': { ...ALL_OF_OWN, user: 'self', analyst: 'org' },
  'read-billing': { ...ALL_OF_OWN, billing: 'org' },
} as const satisfies Record<string, Partial<Record<Role, Extent>>>;

/** Something done with one organisation. */
export type Act = keyof typeof MAY;
/** What a route asks of its caller: nothing at all, or to be allowed an act. */
export type Access = 'open' | Act;

/** Roles bound to organisations: to them a foreign one and an unknown one are the same 404. */
const BOUND: ReadonlySet<Role> = new Set(['super_admin', 'admin', 'user', 'analyst']);
export const isBound = (role: Role): boolean => BOUND.has(role);

export interface Caller {
  readonly role: Role;
  readonly userId: string;
  /** The organisations a bound role is bound to; empty for others. */
  readonly orgIds: readonly string[];
}

export type Decision = Extent | 'foreign' | 'forbidden';

/** What a caller may of an act on an organisation. */
export function decide(caller: Caller, act: Act, orgId: string): Decision {
  if (isBound(caller.role) && !caller.orgIds.includes(orgId)) return 'foreign';
  const may: Partial<Record<Role, Extent>> = MAY[act];
  return may[caller.role] ?? 'forbidden';
}
