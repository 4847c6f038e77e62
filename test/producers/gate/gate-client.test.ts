import type { GateDecision } from '../../../producers/gate/contract.ts';
import type { GateClient } from '../../../producers/gate/gate-client.ts';
import { ScriptedGate } from './scripted-gate.ts';

const call = (credits: number, user_id = 'ann') => ({ org_id: 'acme', product: 'crm', user_id, credits });

function reserved(decision: GateDecision) {
  if (!decision.admitted) throw new Error('the call was rejected');
  return decision.reservation;
}

function rejected(decision: GateDecision) {
  if (decision.admitted) throw new Error('the call was admitted');
  return decision.rejection;
}

describe('the gate’s client', () => {
  let gate: ScriptedGate;
  let client: GateClient;
  beforeEach(() => {
    gate = new ScriptedGate(1_000);
    client = gate.client();
  });
  afterEach(() => client.close());

  it('waits for the first lease, and then decides in the process', async () => {
    expect(await client.admit(call(10))).toMatchObject({ admitted: true });
    gate.now += 500;
    for (let index = 0; index < 20; index += 1) await client.admit(call(1));
    const { requests } = client.counters();
    expect(client.decide(call(1))).toMatchObject({ admitted: true });
    expect(client.counters()).toMatchObject({ requests, admitted: 22, rejected: 0 });
  });

  it('rejects what the limit does not have, with the answer of the gate', async () => {
    reserved(await client.admit(call(990)));
    const { status, headers, problem, cause } = rejected(await client.admit(call(20)));
    expect({ status, cause }).toEqual({ status: 429, cause: 'limit: credits' });
    expect(headers).toMatchObject({ 'retry-after': '60', ratelimit: expect.stringContaining(';t=60') });
    expect(problem).toMatchObject({ top_user: { user_id: 'bob' }, 'violated-policies': ['credits'] });
    expect(client.counters()).toMatchObject({ admitted: 1, rejected: 1 });
  });

  it('does not ask again what the gate has just answered, but asks for a call that costs less', async () => {
    reserved(await client.admit(call(990)));
    rejected(await client.admit(call(50)));
    const { requests } = client.counters();
    rejected(await client.admit(call(50)));
    expect(client.counters().requests).toBe(requests);
    expect(await client.admit(call(10))).toMatchObject({ admitted: true });
  });

  it('adds what the limit has left to what the process has left', async () => {
    const other = gate.client();
    reserved(await other.admit(call(500)));
    reserved(await client.admit(call(300)));
    gate.now += 500;
    // 50 credits are left here, and 50 of the limit.
    reserved(await client.admit(call(150))).cost(100);
    expect(await client.admit(call(100))).toMatchObject({ admitted: true });
    expect(gate.ledger.state(gate.now).held).toBe(1_000);
    await other.close();
  });

  it('takes back what a call was reserved for and has not cost', async () => {
    const reservation = reserved(await client.admit(call(1_000)));
    rejected(await client.admit(call(100)));
    gate.now += 500;
    reservation.cost(900);
    reservation.settle();
    expect(await client.admit(call(100))).toMatchObject({ admitted: true });
  });

  it('gives everything back when it closes, but what is not settled', async () => {
    const spent = reserved(await client.admit(call(100)));
    reserved(await client.admit(call(50)));
    spent.settle();
    await client.close();
    expect(gate.ledger.state(gate.now).held).toBe(150);
    gate.ledger.read({ used: 100, checkpoint: 1 });
    expect(gate.ledger.state(gate.now)).toMatchObject({ held: 50, used: 100, available: 850 });
  });

  it('admits nothing by a lease that has ended', async () => {
    reserved(await client.admit(call(10)));
    gate.isAway = true;
    gate.now += 20_000;
    const strict = gate.client({ whenUnreachable: 'reject' });
    expect(rejected(strict.decide(call(1))).cause).toBe('gate unreachable');
    expect(client.decide(call(1))).toMatchObject({ admitted: true });
    expect(client.counters().admitted_unreachable).toBe(1);
    await strict.close();
  });

  it('does with calls that no gate answers what the organisation says, else what the server says', async () => {
    gate.isAway = true;
    expect(await client.admit(call(1))).toMatchObject({ admitted: true });
    gate.isAway = false;
    gate.answer.when_unreachable = 'reject';
    gate.now += 5_000;
    reserved(await client.admit(call(1)));
    gate.isAway = true;
    gate.now += 20_000;
    rejected(await client.admit(call(1)));
    expect(client.counters()).toMatchObject({ admitted_unreachable: 1, rejected_unreachable: 1 });
  });

  it('only counts, in a dry run, what it would have rejected', async () => {
    gate.answer.mode = 'dry-run';
    reserved(await client.admit(call(1_000)));
    expect(await client.admit(call(1))).toMatchObject({
      admitted: true,
      wouldReject: 'dry run, limit: credits',
    });
    expect(client.counters()).toMatchObject({ admitted: 2, would_reject: 1, rejected: 0 });
  });

  it('admits everything where the gate is off', async () => {
    gate.answer.mode = 'off';
    reserved(await client.admit(call(1_000)));
    expect(await client.admit(call(500))).toMatchObject({ admitted: true });
    expect(client.counters()).toMatchObject({ would_reject: 0, rejected: 0 });
  });

  it('admits the first calls of a user with a budget, where there is room for all of them', async () => {
    gate.answer.budgets = [{ scope: 'user', name: 'ann' }];
    const decisions = await Promise.all([90, 80, 70].map((credits) => client.admit(call(credits))));
    expect(decisions.map(({ admitted }) => admitted)).toEqual([true, true, true]);
  });

  it('holds a call to the budget of its user as well', async () => {
    gate.answer.budgets = [{ scope: 'user', name: 'ann' }];
    reserved(await client.admit(call(1, 'bob')));
    await client.admit(call(10, 'ann'));
    const asked = gate.requests.flatMap(({ leases }) => leases.map(({ scope, name }) => `${scope}:${name}`));
    expect(new Set(asked)).toEqual(new Set(['org:', 'user:ann']));
  });

  it('decides in microseconds', async () => {
    const wide = new ScriptedGate(1e9);
    const quick = wide.client();
    await quick.admit(call(1_000_000));
    const times = Array.from({ length: 2_000 }, () => {
      const before = performance.now();
      quick.decide(call(1));
      return performance.now() - before;
    }).toSorted((one, other) => one - other);
    // The target is 0.1 ms at the 99th percentile; the bench measures it. Here a busy machine may interrupt.
    expect(times[1_000]).toBeLessThan(0.5);
    await quick.close();
  });
});
