import { Holder } from '../../../domain/gate/holder.ts';
import type { LeasesAnswer, LeasesRequest } from '../../../domain/gate/protocol.ts';

const CALL = { userId: 'ann', appId: 'sync', credits: 100 };

function open() {
  let ids = 0;
  const holder = new Holder('acme', 'crm', () => `lease-${(ids += 1)}`, 0);
  return holder;
}

/** Grants what is requested, of a subscription with a budget for ann. */
function answerTo({ leases }: LeasesRequest): LeasesAnswer {
  const budget = { scope: 'user', name: 'ann' } as const;
  const standing = { limit: 1_000, used: 0, available: 1_000 };
  return {
    mode: 'enforce',
    when_unreachable: null,
    renew_in_ms: 2_000,
    budgets: [budget],
    leases: leases.map(({ id, wanted }) => ({ id, granted: wanted, lease_ms: 10_000, is_over: false })),
    limits: [
      { scope: 'org', name: '', ...standing },
      { ...budget, ...standing },
    ],
  };
}

describe('a holder of leases', () => {
  it('requests the credits of every limit that a call lacks, in one request', () => {
    const holder = open();
    expect(holder.decide(CALL, 0)).toEqual({ kind: 'unknown' });
    holder.answered(answerTo(holder.request(0)), 0);
    // The answer has named a budget: the call must fit that, too.
    expect(holder.decide(CALL, 1)).toMatchObject({ kind: 'short', limit: { scope: 'user', name: 'ann' } });
    const request = holder.request(2);
    expect(request.leases.filter(({ needed }) => needed > 0)).toMatchObject([{ scope: 'user', needed: 100 }]);
    holder.answered(answerTo(request), 2);
    expect(holder.decide(CALL, 3)).toMatchObject({ kind: 'admitted' });
  });

  it('has what it lacks of several limits at once, when none has credits any more', () => {
    const holder = open();
    holder.answered(answerTo(holder.request(0)), 0);
    expect(holder.decide(CALL, 1)).toMatchObject({ kind: 'short' });
    const needed = holder.request(2).leases.map(({ scope, needed: lacks }) => [scope, lacks]);
    expect(needed).toEqual([
      ['org', 100],
      ['user', 100],
    ]);
  });

  it('names the limit that the gate has said is used up, before one of which it has only nothing here', () => {
    const holder = open();
    const answer = answerTo(holder.request(0));
    const shortage = { needed: 1, available_at: 5_000, top_user: null, top_app: null };
    const [whole, budget] = answer.limits;
    if (whole === undefined || budget === undefined) throw new Error('not an answer');
    holder.answered({ ...answer, limits: [whole, { ...budget, available: 0, shortage }] }, 0);
    expect(holder.decide(CALL, 1)).toMatchObject({ kind: 'short', limit: { scope: 'user' } });
  });

  it('requests nothing of the others for a call that one limit has no room for', () => {
    const holder = open();
    const answer = answerTo(holder.request(0));
    const shortage = { needed: 1, available_at: 5_000, top_user: null, top_app: null };
    const limits = answer.limits.map((limit) =>
      limit.scope === 'user' ? Object.assign(limit, { shortage }) : limit,
    );
    holder.answered({ ...answer, limits }, 0);
    holder.decide(CALL, 1);
    expect(holder.request(2).leases.map(({ scope, wanted }) => [scope, wanted])).toEqual([
      ['org', 0],
      ['user', 100],
    ]);
  });

  it('knows nothing when a gate has not answered for longer than a lease', () => {
    const holder = open();
    holder.answered(answerTo(holder.request(0)), 0);
    expect(holder.decide(CALL, 15_001)).toEqual({ kind: 'unknown' });
  });
});
