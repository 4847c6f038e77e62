import { setTimeout as sleep } from 'node:timers/promises';
import { BrokerFaults } from './brokers.ts';
import { jumpClock } from './clocks.ts';
import { describeFault, inject, runningPid } from './inject.ts';
import type { MeteredServer } from './metered-server.ts';
import { isLinkFault } from './network.ts';
import { LINKS, SHARDS, type Fault } from './plan.ts';
import type { ChaosServers } from './servers.ts';
import { injectIntoShard, isShardFault } from './shard-faults.ts';

/** The time of a run, from when it was made. */
export class RunClock {
  readonly #started = performance.now();

  get elapsedMs(): number {
    return performance.now() - this.#started;
  }

  /** Resolves that long after the start, at once where it is later already. */
  readonly until = async (ms: number): Promise<void> => {
    await sleep(Math.max(0, ms - this.elapsedMs));
  };
}

export interface FaultTargets {
  /** Of the stack whose processes are signalled. */
  readonly dataDir: string;
  /** They make a process part of the stack. */
  readonly variables: Readonly<Record<string, string>>;
  readonly publisher: MeteredServer;
  readonly servers: Pick<ChaosServers, 'cluster' | 'shardsDir' | 'shards' | 'links' | 'clocksDir'>;
}

/** Injects each fault at its time. Resolves when the last one is over. */
export async function injectAll(
  faults: readonly Fault[],
  { dataDir, variables, publisher, servers }: FaultTargets,
  clock: RunClock,
  report: (what: string) => void,
): Promise<void> {
  const brokerFaults = new BrokerFaults(servers.cluster);
  await Promise.all(
    faults.map(async (fault) => {
      await clock.until(fault.atMs);
      const begin = (): void => report(describeFault(fault));
      if (fault.brokers) {
        if (!(await brokerFaults.inject(fault, begin)))
          report(`${describeFault(fault)}: could not be injected`);
        return;
      }
      begin();
      const { kind, victim, forMs, atMs } = fault;
      if (victim === 'publisher') return publisher.inject(fault);
      const link = servers.links[LINKS.findIndex((name) => name === victim)];
      if (isLinkFault(kind)) return link?.inject(kind, forMs);
      const shard = servers.shards.find(({ name }) => name === victim);
      if (isShardFault(kind)) return shard && injectIntoShard(shard, kind, forMs);
      if (kind === 'jump') {
        if (!(await jump(fault, dataDir, servers.clocksDir))) report(`... which did not run (${victim})`);
        return;
      }
      const isShard = SHARDS.some((name) => name === victim);
      if (!(await inject({ kind, victim, forMs, atMs }, isShard ? servers.shardsDir : dataDir, variables)))
        report(`... which could not be injected (${victim})`);
    }),
  );
}

/** @returns whether the process ran */
async function jump(
  { victim, forMs, aheadMs = 0 }: Fault,
  dataDir: string,
  clocksDir: string,
): Promise<boolean> {
  const pid = runningPid(dataDir, victim);
  if (pid === undefined) return false;
  await jumpClock(clocksDir, pid, { aheadMs, forMs });
  return true;
}
