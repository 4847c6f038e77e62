import { Ledger } from '../../../domain/gate/ledger.ts';
import type { LeasesAnswer, LeasesRequest } from '../../../domain/gate/protocol.ts';
import { GATE_TIMING } from '../../../domain/gate/timing.ts';
import { GateClient } from '../../../producers/gate/gate-client.ts';
import type { GateOptions } from '../../../producers/gate/contract.ts';

/** A gate in the test's own process, of one subscription and its whole limit; its clock is the test's. */
export class ScriptedGate {
  readonly ledger = new Ledger(GATE_TIMING);
  readonly requests: LeasesRequest[] = [];
  readonly answer: Pick<LeasesAnswer, 'mode' | 'when_unreachable'> & { budgets: LeasesAnswer['budgets'] } = {
    mode: 'enforce',
    when_unreachable: null,
    budgets: [],
  };
  isAway = false;
  now = 1_000_000;
  #ids = 0;

  constructor(total: number) {
    this.ledger.limit(total);
    this.ledger.read({ used: 0, checkpoint: 0 });
  }

  client(options: Partial<GateOptions> = {}): GateClient {
    return new GateClient(
      { urls: [], token: () => '', ...options },
      {
        now: () => this.now,
        monotonicMs: () => this.now,
        newId: () => `lease-${(this.#ids += 1)}`,
        renew: async (request) => this.renew(request),
      },
    );
  }

  renew(request: LeasesRequest): LeasesAnswer {
    if (this.isAway) throw new Error('the gate is away');
    this.requests.push(request);
    const leases = request.leases.map(({ id, closed, ...lease }) => {
      const { granted, leaseMs } = this.ledger.renew(id, { ...lease, isClosed: closed }, 1, this.now);
      return { id, granted, lease_ms: leaseMs, is_over: false };
    });
    const { total, used, available } = this.ledger.state(this.now);
    const needed = Math.max(0, ...request.leases.map((lease) => lease.needed));
    const shortage = {
      needed,
      available_at: this.now + 60_000,
      top_user: { user_id: 'bob', credits: 900 },
      top_app: null,
    };
    return {
      ...this.answer,
      renew_in_ms: 1_000,
      leases,
      limits: [
        {
          scope: 'org',
          name: '',
          limit: total,
          used,
          available,
          ...(needed > available && { shortage }),
        },
      ],
    };
  }
}
