/**
 * Who may what (domain.md, Roles): the one table of act x role x own or foreign organisation. What is not in it is
 * refused. Every route names its act; the table test walks all of them.
 */
export const ROLES = ['super_admin', 'admin', 'user', 'analyst', 'billing', 'platform'] as const;
export type Role = (typeof ROLES)[number];

/** `org`: everything of the organisation; `self`: the caller's own consumption only. */
export type Extent = 'org' | 'self';

const ALL_OF_OWN = { super_admin: 'org', admin: 'org' } as const;

/** Acts on one organisation. */
const MAY = {
  'read-credits': { ...ALL_OF_OWN, user: 'org', analyst: 'org' },
  'read-credit-users': { ...ALL_OF_OWN, user: 'self' },
  'read-usage': { ...ALL_OF_OWN, user: 'self', analyst: 'org' },
  'read-calls': { ...ALL_OF_OWN, user: 'self', analyst: 'org' },
  'read-conflicts': ALL_OF_OWN,
  'read-billing': { ...ALL_OF_OWN, billing: 'org' },
  'read-additional-limit': ALL_OF_OWN,
  'set-additional-limit': { super_admin: 'org' },
  'read-settings': { ...ALL_OF_OWN, platform: 'org' },
  'change-settings': { platform: 'org' },
} as const satisfies Record<string, Partial<Record<Role, Extent>>>;

/** Acts on what belongs to no single organisation. */
const MAY_OVERALL = {
  'read-orgs': ['platform'],
  'create-org': ['platform'],
  'change-catalogues': ['platform'],
  'read-charges': ['billing'],
  'read-reconciliation': ['billing', 'platform'],
  // Any token: what credits cost is no secret of an organisation.
  'read-prices': ROLES,
} as const satisfies Record<string, readonly Role[]>;

/** Something done with one organisation, the `:org` of the route. */
export type Act = keyof typeof MAY;
/** Something done with all of them, or with none. */
export type OverallAct = keyof typeof MAY_OVERALL;
/** What a route asks of its caller: nothing at all, or to be allowed an act. */
export type Access = 'open' | Act | OverallAct;

/** Roles bound to organisations: to them a foreign one and an unknown one are the same 404. */
export const BOUND_ROLES = ['super_admin', 'admin', 'user', 'analyst'] as const satisfies readonly Role[];
const BOUND: ReadonlySet<Role> = new Set(BOUND_ROLES);
export const isBound = (role: Role): boolean => BOUND.has(role);

export interface Caller {
  readonly role: Role;
  readonly userId: string;
  /** The organisations a bound role is bound to; empty for others. */
  readonly orgIds: readonly string[];
}

/** One person of one organisation in one role; a JSON array, so that no two can be spelled alike. */
export const subjectOf = ({ role, userId, orgIds }: Caller): string =>
  JSON.stringify([role, userId, ...orgIds]);

export const isOverall = (access: Access): access is OverallAct => access in MAY_OVERALL;

export type Decision = Extent | 'foreign' | 'forbidden';

/** What a caller may of an act on an organisation. */
export function decide(caller: Caller, act: Act, orgId: string): Decision {
  if (isBound(caller.role) && !caller.orgIds.includes(orgId)) return 'foreign';
  const may: Partial<Record<Role, Extent>> = MAY[act];
  return may[caller.role] ?? 'forbidden';
}

/** Whether a caller may do what concerns no single organisation. */
export function mayOverall({ role }: Caller, act: OverallAct): boolean {
  const roles: readonly Role[] = MAY_OVERALL[act];
  return roles.includes(role);
}
