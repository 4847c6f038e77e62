import { PolledLimit } from './polled-limit.ts';
import { SAMPLE_TOTAL, type GateServers } from './servers.ts';

/** An API server that decides on the calls of one organisation. */
export interface RushingServer {
  /** @returns what to do when Kafka has the call's event; undefined where the call is rejected */
  readonly decide: (credits: number) => Promise<(() => void) | undefined>;
  readonly close: () => Promise<void>;
}

export type OpenServer = (orgId: string) => Promise<RushingServer>;

/** From leases. It fails where more is admitted than the limit: being exact is part of the work. */
export function leasingServer({ client }: Pick<GateServers, 'client'>): OpenServer {
  const admitted = new Map<string, number>();
  return async (orgId) => {
    const gate = await client();
    return {
      async decide(credits) {
        const decision = await gate.admit({ org_id: orgId, product: 'crm', user_id: 'ann', credits });
        if (!decision.admitted) {
          if (decision.rejection.cause.startsWith('limit')) return undefined;
          throw new Error(`${orgId}: ${decision.rejection.cause}`);
        }
        const sum = (admitted.get(orgId) ?? 0) + credits;
        admitted.set(orgId, sum);
        if (sum > SAMPLE_TOTAL) throw new Error(`${orgId}: ${sum} of ${SAMPLE_TOTAL} credits were admitted`);
        return () => decision.reservation.settle();
      },
      close: () => gate.close(),
    };
  };
}

/** By what the API last said is used, which has no reservations. */
export const pollingServer =
  ({ stack }: Pick<GateServers, 'stack'>, cachedMs: number): OpenServer =>
  async (orgId) => {
    const limit = await PolledLimit.open(stack, orgId, cachedMs);
    return {
      decide: async (credits) => ((await limit.admits(credits)) ? () => undefined : undefined),
      close: () => Promise.resolve(),
    };
  };
