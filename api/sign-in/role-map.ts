import { PEOPLES_ROLES, type ClaimMapping } from './person.ts';
import { parseValueMap } from './value-map.ts';

/** OIDC_ROLE_MAP. @returns what is wrong with it, as a text */
export function parseRoleMap(map: string): ClaimMapping['roles'] | string {
  const entries = parseValueMap(map);
  if (entries === undefined) return 'OIDC_ROLE_MAP must be like credits-admins=admin,finance=billing';
  const roles = entries.map(
    ([value, meaning]) => [value, PEOPLES_ROLES.find((role) => role === meaning)] as const,
  );
  const known = roles.flatMap(([value, role]) => (role === undefined ? [] : [[value, role] as const]));
  if (known.length === entries.length) return known;
  const unknown = entries.filter((_, index) => roles[index]?.[1] === undefined).map(([, meaning]) => meaning);
  return `OIDC_ROLE_MAP names ${unknown.join(', ')}: people can be ${PEOPLES_ROLES.join(', ')}`;
}
