import type { Put } from '../limit-changes.ts';
import { BUDGETED, BUDGETS, CAP, CAPPED, GATED, OPEN, PAIR } from './gated-orgs.ts';

/** Sets what the gates are to enforce, before anything is spent. */
export async function setLimits(put: Put): Promise<void> {
  const set = (org: string, resource: string, body: object): Promise<unknown> =>
    put(`/v1/orgs/${org}/${resource}`, org, body, `${org}-${resource}`);
  await Promise.all(
    GATED.map((org) => {
      const when_unreachable = org === OPEN ? 'admit' : 'reject';
      return set(org, 'gate', { mode: 'enforce', when_unreachable });
    }),
  );
  await set(BUDGETED, 'teams/pair', { users: PAIR });
  for (const { scope, name, credits } of BUDGETS)
    await set(BUDGETED, `budgets/${scope}/${name}`, { credits });
  await set(CAPPED, 'spending-cap', { amount: CAP });
}
