import { errors } from 'jose';
import { expiryProblem } from './expiry.ts';

const FORM =
  'The token is not a JWT: it must be three base64url parts joined by dots, the first two of JSON.';

/**
 * What is wrong with a token, as a sentence: an algorithm, the signature, the key, a claim or the form. Each text names
 * what was found, never what else it might have been.
 * @param error of the verification by jose (verify-signature.ts). @param now epoch milliseconds
 */
export function tokenErrorDetail(error: unknown, now: number, maxAgeMs: number): string {
  if (error instanceof errors.JWTExpired) {
    const { exp } = error.payload;
    return expiryProblem(exp, now, maxAgeMs) ?? `The token expired ${at(exp)} (claim exp): get a new one.`;
  }
  if (error instanceof errors.JWTClaimValidationFailed) return claimDetail(error, now, maxAgeMs);
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return 'The signature of the token does not match: another key signed it, or it was changed.';
  }
  if (error instanceof errors.JWKSNoMatchingKey) {
    return 'The token was signed with a key that the issuer does not publish (kid in its header).';
  }
  if (error instanceof errors.JWKSMultipleMatchingKeys) {
    return 'The header of the token has no kid, and the issuer publishes several keys of its algorithm.';
  }
  if (error instanceof errors.JOSEAlgNotAllowed || error instanceof errors.JOSENotSupported) {
    return error.message;
  }
  // jose throws TypeErrors as well, for text that is not a token at all.
  return FORM;
}

function claimDetail(
  { claim, reason, payload }: errors.JWTClaimValidationFailed,
  now: number,
  maxAgeMs: number,
): string {
  switch (claim) {
    case 'exp':
      return expiryProblem(payload.exp, now, maxAgeMs) ?? 'The claim exp of the token is wrong.';
    case 'nbf':
      if (reason !== 'check_failed')
        return 'The claim nbf of the token must be a number of seconds since 1970.';
      return `The token is not valid yet: by its claim nbf it begins ${at(payload.nbf)}.`;
    case 'iss':
      return `The claim iss of the token ${missingOr(reason, 'names another issuer than JWT_ISSUER')}.`;
    case 'aud':
      return `The claim aud of the token ${missingOr(reason, 'does not name JWT_AUDIENCE')}.`;
    default:
      return `The claim ${claim} of the token is wrong.`;
  }
}

const missingOr = (reason: string, wrong: string): string => (reason === 'missing' ? 'is missing' : wrong);

/** @param seconds since 1970; beyond what a Date holds they stand for themselves */
function at(seconds: number | undefined): string {
  const time = new Date((seconds ?? NaN) * 1_000);
  return Number.isNaN(time.getTime()) ? `in second ${seconds}` : `at ${time.toISOString()}`;
}
