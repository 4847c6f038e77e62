import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import type { ClusterMember } from '../../deploy/local/clickhouse-cluster.ts';
import type { KafkaCluster } from '../../deploy/local/kafka-cluster.ts';
import { isRunning, readProcessRecord } from '../../deploy/local/process-record.ts';
import { BrokerFaults } from './brokers.ts';
import { jumpClock } from './clocks.ts';
import { describeFault, inject } from './inject.ts';
import type { MeteredServer } from './metered-server.ts';
import { isLinkFault, type FaultyLink } from './network.ts';
import { LINKS, SHARDS, type Fault } from './plan.ts';
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
  /** Of the shards of ClickHouse, if the run hits them. */
  readonly shardsDir?: string;
  /** They make a process part of the stack. */
  readonly variables: Readonly<Record<string, string>>;
  /** The brokers of the stack, if the run hits them. */
  readonly cluster?: KafkaCluster;
  readonly publisher: MeteredServer;
  /** The shards and the links, if the run hits them. */
  readonly shards?: readonly ClusterMember[];
  readonly links?: readonly FaultyLink[];
  /** Where processes look how far off their clocks are, if they do. */
  readonly clocksDir?: string;
}

/** Injects each fault at its time. Resolves when the last one is over. */
export async function injectAll(
  faults: readonly Fault[],
  { dataDir, shardsDir = dataDir, variables, cluster, publisher, ...targets }: FaultTargets,
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
      const link = targets.links?.[LINKS.findIndex((name) => name === victim)];
      if (isLinkFault(kind)) return link?.inject(kind, forMs);
      const shard = targets.shards?.find(({ name }) => name === victim);
      if (isShardFault(kind)) return shard && injectIntoShard(shard, kind, forMs);
      if (kind === 'jump') {
        if (!(await jump(fault, dataDir, targets.clocksDir))) report(`... which did not run (${victim})`);
        return;
      }
      const isShard = SHARDS.some((name) => name === victim);
      if (!(await inject({ kind, victim, forMs, atMs }, isShard ? shardsDir : dataDir, variables)))
        report(`... which could not be injected (${victim})`);
    }),
  );
}

/** @returns whether the process ran */
async function jump(
  { victim, forMs, aheadMs = 0 }: Fault,
  dataDir: string,
  clocksDir: string | undefined,
): Promise<boolean> {
  const recorded = readProcessRecord(join(dataDir, 'pids', `${victim}.json`));
  if (clocksDir === undefined || !recorded || !isRunning(recorded)) return false;
  await jumpClock(clocksDir, recorded.pid, { aheadMs, forMs });
  return true;
}
