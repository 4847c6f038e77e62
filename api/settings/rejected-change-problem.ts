import type { ChangeProblem, SettingsRejectedError } from '../../domain/settings/rejected-change.ts';
import { Problem, type ProblemError, type ProblemType } from '../problems/problem.ts';

const TYPES: ReadonlyMap<string, ProblemType> = new Map([
  ['unknown-org', 'unknown-org'],
  ['unknown-time-zone', 'unknown-time-zone'],
  ['no-subscription', 'no-subscription'],
  ['org-exists', 'org-exists'],
  ['change-id-used', 'idempotency-key-used'],
  ['limit-not-allowed', 'forbidden'],
  ['unknown-team', 'not-found'],
]);

/** The place in the request of an error outside of the change's value; the rules know only the fields of the log. */
const OUTSIDE_VALUE: ReadonlyMap<string, Pick<ProblemError, 'parameter' | 'pointer'>> = new Map([
  ['org-id', { pointer: '#/org_id' }],
  ['product', { parameter: 'product' }],
  ['reason', { pointer: '#/reason' }],
  ['limit-not-allowed', { pointer: '#/additional_limit' }],
  ['effective-at', { pointer: '#/effective_at' }],
  ['recorded-by', { parameter: 'authorization' }],
]);

/** The Problem of a rejected change, each error with its place in the request. */
export function rejectedChangeProblem(rejected: SettingsRejectedError): Problem {
  const type = TYPES.get(rejected.code);
  if (type === 'idempotency-key-used') {
    return new Problem(
      type,
      'Repeat the first request with this Idempotency-Key unchanged, or send another key.',
    );
  }
  const errors = rejected.problems.map(errorOf);
  if (type === 'forbidden') {
    const detail = `${rejected.message}. Leave additional_limit out; the super admin sets it with PUT /v1/orgs/{org}/additional-limit.`;
    return new Problem(type, detail, { errors });
  }
  if (type !== undefined && type !== 'unknown-time-zone') return new Problem(type, `${rejected.message}.`);
  return new Problem(type ?? 'invalid-request', `${rejected.message}.`, { errors });
}

function errorOf({ code, path, message }: ChangeProblem): ProblemError {
  const place = path === '' ? OUTSIDE_VALUE.get(code) : undefined;
  return { detail: message, ...(place ?? { pointer: `#${path}` }) };
}
