import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { ClusterMember } from '../../deploy/local/clickhouse-cluster.ts';

/**
 * read-only: it rejects every insert. out-of-memory: it rejects what needs more than a little. full-disk: no write to a
 * file succeeds. stutter: it runs a third of the time.
 */
export const SHARD_FAULTS = ['read-only', 'out-of-memory', 'full-disk', 'stutter'] as const;
export type ShardFault = (typeof SHARD_FAULTS)[number];

export const isShardFault = (kind: string): kind is ShardFault =>
  SHARD_FAULTS.some((fault) => fault === kind);

const READ_ONLY = { readonly: 2 };
const OUT_OF_MEMORY = { max_memory_usage: 400_000 };
const [STOPPED_MS, RUNNING_MS] = [200, 100];

/** What does not end a shard of ClickHouse but keeps it from working. Resolves when it can work again. */
export async function injectIntoShard(shard: ClusterMember, fault: ShardFault, forMs: number): Promise<void> {
  switch (fault) {
    case 'read-only':
    case 'out-of-memory':
      // Its users' settings are read at its start only.
      await shard.restart(fault === 'read-only' ? READ_ONLY : OUT_OF_MEMORY);
      await sleep(forMs);
      await shard.restart();
      return;
    case 'full-disk':
      return withoutSpace(shard, forMs);
    case 'stutter':
      for (const endsAt = performance.now() + forMs; performance.now() < endsAt; await sleep(RUNNING_MS)) {
        shard.signal('SIGSTOP');
        await sleep(STOPPED_MS);
        shard.signal('SIGCONT');
      }
      return;
  }
  throw new Error('no such fault');
}

/** A limit of the process instead of a full file system, which only root could make: the error is EFBIG, not ENOSPC. */
async function withoutSpace(shard: ClusterMember, forMs: number): Promise<void> {
  const pid = shard.pid();
  await limitFiles(pid, '0');
  await sleep(forMs);
  // One that has ended meanwhile was started again without the limit.
  if (shard.pid() === pid) await limitFiles(pid, 'unlimited').catch(() => undefined);
}

/** Bytes that a file of the process may have at most. */
async function limitFiles(pid: number, bytes: string): Promise<void> {
  await promisify(execFile)('prlimit', ['--pid', String(pid), `--fsize=${bytes}:`]);
}
