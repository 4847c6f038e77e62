import type { Explanation } from '../../store/explain/explanation.ts';

/** The path of the call log with the calls of an explained day; `user=`, `app=` and other parameters narrow it down. */
export function callsPath({ orgId, calls }: Pick<Explanation, 'orgId' | 'calls'>): string {
  const query = new URLSearchParams({
    product: calls.product,
    from: new Date(calls.from).toISOString(),
    to: new Date(calls.to).toISOString(),
  });
  return `/v1/orgs/${encodeURIComponent(orgId)}/calls?${query.toString()}`;
}
