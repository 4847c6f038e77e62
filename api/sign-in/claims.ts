/** What a provider says about a person: the ID token's claims and, where they lack something, the user info's. */
export type ProviderClaims = Readonly<Record<string, unknown>>;

/**
 * What the ID token says and, where it lacks something, the user info. The ID token is signed, so it decides. That an
 * e-mail address is verified holds for the address beside it alone.
 */
export function joinedClaims(idToken: ProviderClaims, userInfo: ProviderClaims): ProviderClaims {
  const { email_verified: isVerified, ...others } = userInfo;
  const isSameAddress = (idToken['email'] ?? others['email']) === others['email'];
  return { ...others, ...(isSameAddress && { email_verified: isVerified }), ...idToken };
}

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
