import { setTimeout as sleep } from 'node:timers/promises';
import { SECOND_MS } from '../../schemas/time-units.ts';
import { killWhileDelivering } from './alerts/kill-while-delivering.ts';
import type { FailingReceiver } from './alerts/receiver.ts';
import { areConsumersAssigned } from './assigned.ts';
import { BrokerFaults } from './brokers.ts';
import { jumpClock } from './clocks.ts';
import { describeFault, inject, startedPid } from './inject.ts';
import { killWhileInsertsFail } from './kill-while-failing.ts';
import type { GatedServer } from './limits/gated-server.ts';
import type { MeteredServer } from './metered-server.ts';
import { isLinkFault } from './network.ts';
import { LINKS, SHARDS, type Fault } from './fault.ts';
import type { ChaosServers } from './servers.ts';
import { isShardFault } from './shard-faults.ts';

/** Of the stack (TWO_OF_EACH). */
const CONSUMERS = 2;

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
  readonly gated: GatedServer;
  /** Of alerts. */
  readonly receiver: FailingReceiver;
  readonly servers: Pick<ChaosServers, 'cluster' | 'disks' | 'shardsDir' | 'shards' | 'links' | 'clocksDir'>;
}

/**
 * Injects each fault at its time. Resolves when the last one is over, and not before the run's time is.
 * @returns those that could be injected
 */
export async function injectDuring(
  seconds: number,
  faults: readonly Fault[],
  targets: FaultTargets,
  clock: RunClock,
  report: (what: string) => void,
): Promise<Fault[]> {
  const injector = new Injector(targets, report);
  const injected = await Promise.all(
    faults.map(async (fault) => {
      await clock.until(fault.atMs);
      const isInjected = await injector.inject(fault);
      if (!isInjected) report(`... which could not be injected (${describeFault(fault)})`);
      return isInjected;
    }),
  );
  await clock.until(seconds * SECOND_MS);
  return faults.filter((_, index) => injected[index]);
}

/** Hits whatever a fault names. */
class Injector {
  readonly #targets: FaultTargets;
  readonly #report: (what: string) => void;
  readonly #brokerFaults: BrokerFaults;
  readonly #redeliveries: Promise<unknown>[] = [];
  #deliveryKill: Promise<boolean> = Promise.resolve(true);

  constructor(targets: FaultTargets, report: (what: string) => void) {
    this.#targets = targets;
    this.#report = report;
    this.#brokerFaults = new BrokerFaults(targets.servers.cluster, targets.servers.disks);
  }

  /** Resolves when the fault is over. @returns whether it could be injected */
  inject(fault: Fault): Promise<boolean> {
    const begin = (): void => this.#report(describeFault(fault));
    const { kind, victim, forMs, atMs } = fault;
    if (victim === 'kafka' || kind === 'full-broker') return this.#brokerFaults.inject(fault, begin);
    begin();
    const { dataDir, variables, publisher, gated, servers } = this.#targets;
    if (victim === 'publisher') return over(publisher.inject(fault));
    if (victim === 'gated publisher') return over(gated.inject(fault));
    const link = servers.links[LINKS.findIndex((name) => name === victim)];
    if (isLinkFault(kind)) return over(link?.inject(kind, forMs));
    const shard = servers.shards.find(({ name }) => name === victim);
    if (isShardFault(kind)) return over(shard?.inject(kind, forMs));
    if (kind === 'kill-while-failing') return this.#killWhileFailing(victim);
    if (kind === 'kill-while-delivering') return this.#killWhileDelivering();
    if (kind === 'jump') return jump(fault, dataDir, servers.clocksDir);
    const injected = inject({ kind, victim, forMs, atMs }, shard ? servers.shardsDir : dataDir, variables);
    if (kind === 'redeliver') this.#redeliveries.push(injected);
    return injected;
  }

  /** One after the other: each hits an attempt of its own. */
  #killWhileDelivering(): Promise<boolean> {
    const { dataDir, receiver } = this.#targets;
    const kill = () => killWhileDelivering(dataDir, receiver);
    return (this.#deliveryKill = this.#deliveryKill.then(kill, kill));
  }

  /** Behind all redeliveries, which would make good what is lost. */
  async #killWhileFailing(victim: Fault['victim']): Promise<boolean> {
    await Promise.allSettled(this.#redeliveries);
    const { dataDir, variables, servers } = this.#targets;
    const index = SHARDS.findIndex((name) => name === victim);
    const [shard, link] = [servers.shards[index], servers.links[index]];
    if (!shard || !link) return false;
    const areAssigned = () => areConsumersAssigned(variables, CONSUMERS);
    return killWhileInsertsFail({ dataDir, shard, link, areAssigned });
  }
}

async function over(fault: Promise<void> | undefined): Promise<boolean> {
  await fault;
  return fault !== undefined;
}

async function jump(
  { victim, forMs, aheadMs = 0 }: Fault,
  dataDir: string,
  clocksDir: string,
): Promise<boolean> {
  const pid = await startedPid(dataDir, victim);
  if (pid === undefined) return false;
  await jumpClock(clocksDir, pid, { aheadMs, forMs });
  return true;
}
