import type { Explanation } from '../../store/explain/explanation.ts';

/** The call log's address for the calls of an explained day; `user=`, `app=` and others narrow it. */
export function callsPath({ orgId, calls }: Pick<Explanation, 'orgId' | 'calls'>): string {
  const query = new URLSearchParams({
    product: calls.product,
    from: new Date(calls.from).toISOString(),
    to: new Date(calls.to).toISOString(),
  });
  return `/v1/orgs/${encodeURIComponent(orgId)}/calls?${query.toString()}`;
}
