/**
 * Who may what (domain.md, Roles): the one table of act x role x own or foreign organisation. What is not in it is
 * refused. Every route names its act; the table test walks all of them.
 */
export const ROLES = ['super_admin', 'admin', 'user', 'analyst', 'billing', 'platform'] as const;
export type Role = (typeof ROLES)[number];

/** `org`: everything of the organisation; `self`: the caller's own consumption only. */
export type Scope = 'org' | 'self';

const ALL_OF_OWN = { super_admin: 'org', admin: 'org' } as const;

/** Acts on one organisation. */
const PERMISSIONS = {
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
} as const satisfies Record<string, Partial<Record<Role, Scope>>>;

/** Acts on what belongs to no single organisation. */
const GLOBAL_PERMISSIONS = {
  'read-orgs': ['platform'],
  'create-org': ['platform'],
  'change-catalogues': ['platform'],
  'read-charges': ['billing'],
  'read-reconciliation': ['billing', 'platform'],
  // Any token: what credits cost is no secret of an organisation.
  'read-prices': ROLES,
} as const satisfies Record<string, readonly Role[]>;

/** Something done with one organisation, the `:org` of the route. */
export type Permission = keyof typeof PERMISSIONS;
/** Something done with all of them, or with none. */
export type GlobalPermission = keyof typeof GLOBAL_PERMISSIONS;
/** What a route asks of its caller: nothing at all, or to be allowed an act. */
export type Access = 'open' | Permission | GlobalPermission;

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

export const isGlobal = (access: Access): access is GlobalPermission => access in GLOBAL_PERMISSIONS;

export type Decision = Scope | 'foreign' | 'forbidden';

/** What a caller may of an act on an organisation. */
export function decide(caller: Caller, act: Permission, orgId: string): Decision {
  if (isBound(caller.role) && !caller.orgIds.includes(orgId)) return 'foreign';
  const may: Partial<Record<Role, Scope>> = PERMISSIONS[act];
  return may[caller.role] ?? 'forbidden';
}

/** Whether a caller may do what concerns no single organisation. */
export function isAllowedGlobally({ role }: Caller, act: GlobalPermission): boolean {
  const roles: readonly Role[] = GLOBAL_PERMISSIONS[act];
  return roles.includes(role);
}
