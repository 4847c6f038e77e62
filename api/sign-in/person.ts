import { printableLine } from '../../platform/printable-text.ts';
import { isName } from '../../schemas/event-rules.ts';
import { BOUND_ROLES, isBound, type Role } from '../auth/permissions.ts';
import type { Person } from '../auth/sessions.ts';
import { claimOf, textsOf, type ProviderClaims } from './claims.ts';
import type { SignInProblem } from './problems.ts';
import type { ValueMap } from './value-map.ts';

/**
 * The roles that a claim can give. D: not `publisher`. A session lives in a browser, and an event that is published
 * there would be billed; programs publish, with a token.
 */
export const PEOPLES_ROLES = [...BOUND_ROLES, 'billing', 'platform'] as const satisfies readonly Role[];
export type PeoplesRole = (typeof PEOPLES_ROLES)[number];

/** How claims become a person here. */
export interface ClaimMapping {
  /** Whose value is the user id, as events have it: the role `user` sees the calls of this id. */
  readonly userClaim: string;
  readonly roleClaim: string;
  /** The first entry whose value the person has decides. */
  readonly roles: readonly (readonly [value: string, role: PeoplesRole])[];
  readonly orgClaim: string;
  /** Empty where the claim's values are ids of organisations themselves. */
  readonly orgs: ValueMap;
}

const EMAIL = 'email';
const EMAIL_VERIFIED = 'email_verified';

/** Whether the claims say all that the mapping reads, or the provider may say more elsewhere. */
export const isComplete = (
  claims: ProviderClaims,
  { userClaim, roleClaim, orgClaim }: ClaimMapping,
): boolean =>
  [userClaim, roleClaim, orgClaim, ...(userClaim === EMAIL ? [EMAIL_VERIFIED] : [])].every(
    (name) => claimOf(claims, name) !== undefined,
  );

/**
 * Who the claims say signed in, or why that is no one who may. A role that is bound to organisations holds in each one
 * that the claim names; the other roles need none. Nothing is assumed: a claim that is missing gives nothing.
 */
export function personOf(claims: ProviderClaims, mapping: ClaimMapping): Person | SignInProblem {
  const [userId] = textsOf(claims, mapping.userClaim);
  if (userId === undefined || !isName(userId)) return 'no-user-id';
  // Anyone may claim an address that the provider has not checked.
  if (mapping.userClaim === EMAIL && claims[EMAIL_VERIFIED] !== true) return 'unverified-email';
  const values = new Set(textsOf(claims, mapping.roleClaim));
  const [, role] = mapping.roles.find(([value]) => values.has(value)) ?? [];
  if (role === undefined) return 'no-role';
  const orgIds = isBound(role) ? orgIdsOf(claims, mapping) : [];
  if (isBound(role) && orgIds.length === 0) return 'no-organisation';
  return { role, userId, name: nameOf(claims) ?? userId, orgIds };
}

function orgIdsOf(claims: ProviderClaims, { orgClaim, orgs }: ClaimMapping): readonly string[] {
  const values = textsOf(claims, orgClaim);
  const ids =
    orgs.length === 0 ? values : orgs.filter(([value]) => values.includes(value)).map(([, org]) => org);
  return [...new Set(ids)].filter(isName);
}

const MAX_SHOWN_NAME = 100;

/** For the screen only. */
const nameOf = (claims: ProviderClaims): string | undefined =>
  ['name', 'preferred_username', 'email']
    .flatMap((name) => textsOf(claims, name))
    .map((name) => printableLine(name).slice(0, MAX_SHOWN_NAME))[0];
