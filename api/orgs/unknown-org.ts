import { Problem } from '../problems/problem.ts';

/** The same answer for an organisation that does not exist and for one that the token may not know of. */
export function unknownOrg(orgId: string): Problem {
  return new Problem(
    'unknown-org',
    `There is no organisation ${JSON.stringify(orgId)} that this token may see.`,
  );
}
