import type { ChangeProblem, SettingsRejectedError } from '../../domain/settings/rejected-change.ts';
import { Problem, type ProblemError, type ProblemType } from '../problems/problem.ts';

const TYPES: ReadonlyMap<string, ProblemType> = new Map([
  ['unknown-org', 'unknown-org'],
  ['no-subscription', 'no-subscription'],
  ['org-exists', 'org-exists'],
  ['change-id-used', 'idempotency-key-used'],
]);

/** Where a fault lies that is not one of the change's value: refusals know the log's fields, not the request. */
const ELSEWHERE: ReadonlyMap<string, Pick<ProblemError, 'parameter' | 'pointer'>> = new Map([
  ['org-id', { pointer: '#/org_id' }],
  ['product', { parameter: 'product' }],
  ['reason', { pointer: '#/reason' }],
  ['effective-at', { pointer: '#/effective_at' }],
  ['recorded-by', { parameter: 'authorization' }],
]);

/** What a refused change means to the one who asked for it: each fault with its place in the request. */
export function rejectionProblem(refused: SettingsRejectedError): Problem {
  const type = TYPES.get(refused.code);
  if (type === 'idempotency-key-used') {
    return new Problem(
      type,
      'Repeat the first request of this Idempotency-Key as it was, or send another key.',
    );
  }
  if (type !== undefined) return new Problem(type, `${refused.message}.`);
  return new Problem('invalid-request', `${refused.message}.`, { errors: refused.problems.map(errorOf) });
}

function errorOf({ code, path, message }: ChangeProblem): ProblemError {
  const elsewhere = path === '' ? ELSEWHERE.get(code) : undefined;
  return { detail: message, ...(elsewhere ?? { pointer: `#${path}` }) };
}
