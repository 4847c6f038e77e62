import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterMember } from '../../deploy/local/clickhouse-cluster.ts';
import type { ServerLimits } from '../../deploy/local/clickhouse.ts';
import type { SmallDisk } from './small-disk.ts';

/**
 * read-only: it rejects every insert. out-of-memory: it rejects what needs more than a little. full-disk: nothing
 * can be written to its file system any more; where it has none of its own, it rejects inserts and merges, as ClickHouse
 * does where little space is left. stutter: it runs a third of the time.
 */
export const SHARD_FAULTS = ['read-only', 'out-of-memory', 'full-disk', 'stutter'] as const;
export type ShardFault = (typeof SHARD_FAULTS)[number];

export const isShardFault = (kind: string): kind is ShardFault =>
  SHARD_FAULTS.some((fault) => fault === kind);

const LIMITS: Readonly<Record<Exclude<ShardFault, 'stutter'>, ServerLimits>> = {
  'read-only': { settings: { readonly: 2 } },
  'out-of-memory': { settings: { max_memory_usage: 400_000 } },
  'full-disk': { keepFreeBytes: 10 ** 15 },
};
const [STOPPED_MS, RUNNING_MS] = [200, 100];

/** What does not end a shard of ClickHouse but keeps it from working: one fault after the other. */
export class FaultyShard {
  readonly #shard: ClusterMember;
  readonly #disk: SmallDisk | undefined;
  #last: Promise<unknown> = Promise.resolve();

  /** @param disk its own, if it has one */
  constructor(shard: ClusterMember, disk?: SmallDisk) {
    this.#shard = shard;
    this.#disk = disk;
  }

  get name(): string {
    return this.#shard.name;
  }

  /** Resolves when it can work again. */
  inject(fault: ShardFault, forMs: number): Promise<void> {
    if (fault === 'stutter') return this.#inTurn(() => this.#stutter(forMs));
    const disk = this.#disk;
    if (fault === 'full-disk' && disk) return this.#inTurn(() => fullFor(disk, forMs));
    return this.during(fault, () => sleep(forMs));
  }

  /** Does something while the shard has a fault, in its turn. @returns its result, once the shard can work again */
  during<Result>(fault: Exclude<ShardFault, 'stutter'>, action: () => Promise<Result>): Promise<Result> {
    return this.#inTurn(async () => {
      // It reads its limits at its start only.
      await this.#shard.restart(LIMITS[fault]);
      try {
        return await action();
      } finally {
        await this.#shard.restart();
      }
    });
  }

  #inTurn<Result>(injectNow: () => Promise<Result>): Promise<Result> {
    const injected = this.#last.then(injectNow);
    this.#last = injected.catch(() => undefined);
    return injected;
  }

  async #stutter(forMs: number): Promise<void> {
    for (const endsAt = performance.now() + forMs; performance.now() < endsAt; await sleep(RUNNING_MS)) {
      this.#shard.signal('SIGSTOP');
      await sleep(STOPPED_MS);
      this.#shard.signal('SIGCONT');
    }
  }
}

async function fullFor(disk: SmallDisk, forMs: number): Promise<void> {
  await disk.fill();
  try {
    await sleep(forMs);
  } finally {
    await disk.release();
  }
}
