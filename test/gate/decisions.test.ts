import { setImmediate as turn } from 'node:timers/promises';
import { Decisions } from '../../gate/decisions.ts';
import { ScriptedGate } from '../producers/gate/scripted-gate.ts';

const callOf = (credits: number, user_id = 'ann') => ({ org_id: 'acme', product: 'crm', user_id, credits });

describe('the decisions of a gate about a user with a budget', () => {
  let decisions: Decisions;
  beforeEach(() => {
    // It has one ledger for the limit and the budget: room for both, and for what a burst seems to need.
    const gate = new ScriptedGate(100_000);
    gate.answer.budgets = [{ scope: 'user', name: 'ann' }];
    let ids = 0;
    decisions = new Decisions({
      renew: async (request) => {
        const answer = gate.renew(request);
        // As long as ClickHouse takes.
        await turn();
        return answer;
      },
      now: () => gate.now,
      uptime: () => gate.now,
      newId: () => `decision-${(ids += 1)}`,
    });
  });

  // The first answer of the gate names the budget, and the call needs credits of it, too.
  it('admit a first call, also while leases are renewed for no call', async () => {
    const decided = decisions.decide(callOf(90));
    const renewed = decisions.renew();
    expect(await decided).toMatchObject({ admitted: true });
    await renewed;
  });

  it('admit first calls that come together, where there is room for all of them', async () => {
    const answers = await Promise.all([90, 80, 70].map((credits) => decisions.decide(callOf(credits))));
    expect(answers.map(({ admitted }) => admitted)).toEqual([true, true, true]);
  });
});
