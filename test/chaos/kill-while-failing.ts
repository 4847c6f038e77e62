import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { logFileOf } from '../../deploy/local/child.ts';
import { signalProcess } from '../../deploy/local/process-identity.ts';
import { until } from '../../deploy/local/until.ts';
import { runningPid } from './inject.ts';
import type { FaultyLink } from './network.ts';
import type { FaultyShard } from './shard-faults.ts';

const CONSUMERS = ['consumer', 'consumer-2'] as const;
/** They may have to start first, and other faults may end them again. */
const KILLED_WITHIN_MS = 180_000;
/** The shard starts again first, and a failing insert is tried again every five seconds at least. */
const FAILING_WITHIN_MS = 40_000;
/**
 * Longer than a wrong commit takes: ranges are recorded once a second (consumers/write/range-recorder.ts), and again
 * after five seconds at most where that has failed.
 */
const COMMITTED_WITHIN_MS = 8_000;
const ASKED_EVERY_MS = 500;

export interface FailingInserts {
  /** Of the stack whose consumers are killed. */
  readonly dataDir: string;
  /** The second shard and the connections to it: ranges of offsets are recorded on the first. */
  readonly shard: FaultyShard;
  readonly link: FaultyLink;
  /** Whether the brokers say that the consumers have their partitions. */
  readonly areAssigned: () => Promise<boolean>;
}

/**
 * Kills all consumers while an insert of each fails because one shard is read-only: only its rows cannot be inserted,
 * the record of landed ranges and the commit could, for every statement goes to the first shard. What was committed
 * before it was inserted is then lost. Resolves when the shard can work again.
 * @returns false where the consumers never all failed to insert at the same time
 */
export async function killWhileInsertsFail(inserts: FailingInserts): Promise<boolean> {
  const { dataDir, shard, link, areAssigned } = inserts;
  for (const deadline = performance.now() + KILLED_WITHIN_MS; performance.now() < deadline;) {
    if (await areAssigned()) {
      const fail = () => shard.during('read-only', () => killFailing(dataDir));
      if (await link.during('cut', fail)) return true;
    }
    await sleep(ASKED_EVERY_MS);
  }
  return false;
}

/** @returns false where one did not fail in time, or was ended by another fault */
async function killFailing(dataDir: string): Promise<boolean> {
  const watched = CONSUMERS.map((name) => new WatchedConsumer(dataDir, name));
  if (!(await until(() => areFailing(watched), FAILING_WITHIN_MS))) return false;
  const pids = watched.map(({ pid }) => pid);
  await sleep(COMMITTED_WITHIN_MS);
  if (!areFailing(watched) || watched.some(({ pid }, index) => pid !== pids[index])) return false;
  for (const pid of pids) signalProcess(pid, 'SIGKILL');
  return true;
}

const areFailing = (watched: readonly WatchedConsumer[]): boolean =>
  watched.every((each) => each.isFailing());

/** Whether the insert that a consumer waits for fails, by its log. */
class WatchedConsumer {
  readonly #dataDir: string;
  readonly #name: (typeof CONSUMERS)[number];
  #pid = 0;
  /** Where the log of this process begins, as far as it counts here. */
  #from = 0;

  constructor(dataDir: string, name: (typeof CONSUMERS)[number]) {
    this.#dataDir = dataDir;
    this.#name = name;
    this.isFailing();
  }

  /** Of the process that was seen last; 0 if none has been. */
  get pid(): number {
    return this.#pid;
  }

  isFailing(): boolean {
    const file = logFileOf(this.#dataDir, this.#name);
    const pid = runningPid(this.#dataDir, this.#name) ?? 0;
    if (pid !== this.#pid) {
      this.#pid = pid;
      this.#from = statSync(file).size;
    }
    if (pid === 0) return false;
    return readFrom(file, this.#from)
      .split('\n')
      .some((line) => line.includes('landing events failed; retrying') && /readonly/i.test(line));
  }
}

function readFrom(file: string, position: number): string {
  const opened = openSync(file, 'r');
  try {
    const text = Buffer.alloc(Math.max(0, statSync(file).size - position));
    return text.toString('utf8', 0, readSync(opened, text, 0, text.length, position));
  } finally {
    closeSync(opened);
  }
}
