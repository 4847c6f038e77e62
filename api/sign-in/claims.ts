/** What a provider says about a person: the ID token's claims and, where they lack something, the user info's. */
export type ProviderClaims = Readonly<Record<string, unknown>>;

/**
 * A claim by its name (`roles`, `https://example.com/roles`) or else by its path (`realm_access.roles`, as Keycloak
 * nests them). Undefined where there is none.
 */
export function claimOf(claims: ProviderClaims, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  return name
    .split('.')
    .reduce<unknown>(
      (value, part) => (isRecord(value) && Object.hasOwn(value, part) ? value[part] : undefined),
      claims,
    );
}

/** The texts of a claim that has one or a list of them; anything else is none. */
export function textsOf(claims: ProviderClaims, name: string): readonly string[] {
  const value = claimOf(claims, name);
  return (Array.isArray(value) ? value : [value]).filter((each) => typeof each === 'string' && each !== '');
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
