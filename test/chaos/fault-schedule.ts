import { setTimeout as sleep } from 'node:timers/promises';
import type { KafkaCluster } from '../../deploy/local/kafka-cluster.ts';
import { BrokerFaults } from './brokers.ts';
import { describeFault, inject } from './inject.ts';
import type { MeteredServer } from './metered-server.ts';
import type { FaultyLink } from './network.ts';
import { LINKS, SHARDS, type Fault } from './plan.ts';

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
  /** Of the shards of ClickHouse, if the run hits them. */
  readonly shardsDir?: string;
  /** They make a process part of the stack. */
  readonly variables: Readonly<Record<string, string>>;
  /** The brokers of the stack, if the run hits them. */
  readonly cluster?: KafkaCluster;
  readonly publisher: MeteredServer;
  /** The links to the shards, if the run hits them. */
  readonly links?: readonly FaultyLink[];
}

/** Injects each fault at its time. Resolves when the last one is over. */
export async function injectAll(
  faults: readonly Fault[],
  { dataDir, shardsDir = dataDir, variables, cluster, publisher, links = [] }: FaultTargets,
  clock: RunClock,
  report: (what: string) => void,
): Promise<void> {
  const brokerFaults = cluster && new BrokerFaults(cluster);
  await Promise.all(
    faults.map(async (fault) => {
      await clock.until(fault.atMs);
      const begin = (): void => report(describeFault(fault));
      if (fault.brokers) {
        if (!(await brokerFaults?.inject(fault, begin)))
          report(`${describeFault(fault)}: could not be injected`);
        return;
      }
      begin();
      const { kind, victim, forMs, atMs } = fault;
      if (victim === 'publisher') return publisher.inject(fault);
      if (kind === 'cut' || kind === 'delay' || kind === 'silence')
        return links[LINKS.findIndex((link) => link === victim)]?.inject(kind, forMs);
      const isShard = SHARDS.some((shard) => shard === victim);
      if (!(await inject({ kind, victim, forMs, atMs }, isShard ? shardsDir : dataDir, variables)))
        report(`... which could not be injected (${victim})`);
    }),
  );
}
