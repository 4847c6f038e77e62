/**
 * Who may do what (domain.md, Roles): the one table of permissions and roles. Whatever is not in it is forbidden.
 * Every route names its permission; test/api/auth/access.int.test.ts walks all of them.
 */
export const ROLES = [
  'super_admin',
  'admin',
  'user',
  'analyst',
  'billing',
  'platform',
  'publisher',
  // Of gate/ alone, which has an interface of its own.
  'gate',
] as const;
export type Role = (typeof ROLES)[number];

/** How much of an organisation a permission covers: `org` everything, `self` the caller's own consumption. */
export type Scope = 'org' | 'self';

const OWN_ADMINS = { super_admin: 'org', admin: 'org' } as const;

/** Permissions on one organisation: who has them, and with which scope. */
const PERMISSIONS = {
  'read-credits': { ...OWN_ADMINS, user: 'org', analyst: 'org' },
  'read-credit-users': { ...OWN_ADMINS, user: 'self' },
  'read-usage': { ...OWN_ADMINS, user: 'self', analyst: 'org' },
  'read-calls': { ...OWN_ADMINS, user: 'self', analyst: 'org' },
  // Of the roles that read everyone's calls.
  'read-source-addresses': { ...OWN_ADMINS, analyst: 'org' },
  'read-conflicts': OWN_ADMINS,
  'read-billing': { ...OWN_ADMINS, billing: 'org' },
  'read-additional-limit': OWN_ADMINS,
  // Z: only the super admin.
  'set-additional-limit': { super_admin: 'org' },
  'read-alerts': OWN_ADMINS,
  'change-alerts': OWN_ADMINS,
  'read-budgets': OWN_ADMINS,
  'change-budgets': OWN_ADMINS,
  // What a month may cost, and whether limits are enforced at all.
  'change-gate': { super_admin: 'org' },
  'read-settings': { ...OWN_ADMINS, platform: 'org' },
  'change-settings': { platform: 'org' },
} as const satisfies Record<string, Partial<Record<Role, Scope>>>;

/** Permissions that concern no single organisation. */
const GLOBAL_PERMISSIONS = {
  'read-orgs': ['billing', 'platform'],
  'create-org': ['platform'],
  'change-catalogues': ['platform'],
  'change-alert-defaults': ['platform'],
  'read-charges': ['billing'],
  'read-reconciliation': ['billing', 'platform'],
  // Their bytes may be of any organisation.
  'read-dead-letters': ['platform'],
  'replay-dead-letters': ['platform'],
  // Of the org of the token or, without one, of any: the route compares it with each event's.
  'publish-events': ['publisher'],
  // Any token: prices are public knowledge.
  'read-prices': ROLES,
} as const satisfies Record<string, readonly Role[]>;

/** A permission on one organisation, the `:org` of the route. */
export type Permission = keyof typeof PERMISSIONS;
/** A permission on all organisations, or on none. */
export type GlobalPermission = keyof typeof GLOBAL_PERMISSIONS;
/** What a route requires of its caller: nothing, or a permission. */
export type Access = 'open' | Permission | GlobalPermission;

/** Roles bound to organisations: for them a foreign organisation and an unknown one are the same 404. */
export const BOUND_ROLES = ['super_admin', 'admin', 'user', 'analyst'] as const satisfies readonly Role[];
const BOUND: ReadonlySet<Role> = new Set(BOUND_ROLES);
export const isBound = (role: Role): boolean => BOUND.has(role);

export interface Caller {
  readonly role: Role;
  readonly userId: string;
  /**
   * The organisations that a bound role is bound to. A publisher has the one that it may publish for, or none and may
   * publish for any. Empty for other roles.
   */
  readonly orgIds: readonly string[];
}

/** The key of a caller, unique for a user in a role and its organisations. As JSON, so that no two share a key. */
export const subjectOf = ({ role, userId, orgIds }: Caller): string =>
  JSON.stringify([role, userId, ...orgIds]);

export const isGlobal = (access: Access): access is GlobalPermission => access in GLOBAL_PERMISSIONS;

/** The granted scope; `foreign` where the caller may not know of the organisation, `forbidden` without permission. */
export type Decision = Scope | 'foreign' | 'forbidden';

/** Decides on a permission on one organisation. */
export function decide(caller: Caller, permission: Permission, orgId: string): Decision {
  if (isBound(caller.role) && !caller.orgIds.includes(orgId)) return 'foreign';
  const scopes: Partial<Record<Role, Scope>> = PERMISSIONS[permission];
  return scopes[caller.role] ?? 'forbidden';
}

/** Decides on a permission that concerns no single organisation. */
export function isAllowedGlobally({ role }: Caller, permission: GlobalPermission): boolean {
  const roles: readonly Role[] = GLOBAL_PERMISSIONS[permission];
  return roles.includes(role);
}
