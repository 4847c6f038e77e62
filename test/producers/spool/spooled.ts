import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Publisher } from '../../../producers/publisher-contract.ts';
import { createPublisher, type PublisherOptions } from '../../../producers/publisher.ts';
import { createFile, type CreateFile } from '../../../producers/spool/append-file.ts';
import { SpooledPublisher } from '../../../producers/spool/spooled-publisher.ts';
import type { SpoolOptions } from '../../../producers/spool/spool-options.ts';
import { FUTURE_LIMIT_MS, LATENESS_LIMIT_MS, NOTHING_DROPPED } from '../../../schemas/event-rules.ts';
import { countingBytes, NOW_MS } from '../sample-event.ts';
import { ScriptedTransport } from '../scripted-transport.ts';

export interface Logged {
  readonly level: 'warn' | 'error';
  readonly details: object;
  readonly message: string;
}

/** A spool's directory and what it logged; every publisher of it stands for a process. */
export class Place {
  readonly directory = mkdtempSync(join(tmpdir(), 'spool-'));
  readonly logged: Logged[] = [];
  readonly #open: Publisher[] = [];

  /** A publisher to a scripted log. */
  publisher(
    transport: ScriptedTransport,
    spool: Partial<SpoolOptions> = {},
    options: Partial<PublisherOptions> = {},
  ): Publisher {
    return this.#opened(
      createPublisher({
        transport,
        now: () => NOW_MS,
        random: countingBytes(),
        logger: this.#logger(),
        ...options,
        spool: { directory: this.directory, fsyncEveryMs: 1, ...spool },
      }),
    );
  }

  /** A publisher that retries soon, with small limits, and whose files fail as the test says. */
  small(
    transport: ScriptedTransport,
    spool: Partial<SpoolOptions> = {},
    create: CreateFile = createFile,
  ): Publisher {
    return this.#opened(
      new SpooledPublisher({
        transport,
        now: () => NOW_MS,
        random: countingBytes(),
        logger: this.#logger(),
        limits: { ...NOTHING_DROPPED, futureMs: FUTURE_LIMIT_MS, latenessMs: LATENESS_LIMIT_MS },
        futureLimitMs: FUTURE_LIMIT_MS,
        latenessLimitMs: LATENESS_LIMIT_MS,
        lingerMs: 0,
        maxBatchRecords: 5_000,
        maxBatchBytes: 512 * 1024,
        maxBufferedRecords: 10_000,
        maxBufferedBytes: 200_000,
        maxEventBytes: 8_000,
        retryMs: 1,
        maxRetryMs: 10,
        closeDeadlineMs: 30_000,
        createFile: create,
        spool: { directory: this.directory, fsyncEveryMs: 1, ...spool },
      }),
    );
  }

  segments(): string[] {
    return readdirSync(this.directory)
      .filter((name) => name.includes('.spool'))
      .toSorted();
  }

  path(name: string): string {
    return join(this.directory, name);
  }

  async drop(): Promise<void> {
    for (const publisher of this.#open) await publisher.close(0).catch(() => undefined);
    rmSync(this.directory, { recursive: true, force: true });
  }

  #opened(publisher: Publisher): Publisher {
    this.#open.push(publisher);
    return publisher;
  }

  #logger(): { [level in Logged['level']]: (details: object, message: string) => void } {
    const log = (level: Logged['level']) => (details: object, message: string) =>
      void this.logged.push({ level, details, message });
    return { warn: log('warn'), error: log('error') };
  }
}

/** A log that is away. */
export function away(): ScriptedTransport {
  const transport = new ScriptedTransport();
  transport.onSend = () => {
    throw new Error('the brokers are away');
  };
  return transport;
}

/** Ends a publisher that cannot deliver, as a restart does: what it has stays in the spool. */
export async function endWithEvents(publisher: Publisher): Promise<number> {
  try {
    await publisher.close(0);
  } catch (error) {
    if (error instanceof Error && 'count' in error) return Number(error.count);
    throw error;
  }
  return 0;
}

/** Waits for what other parts of the process do. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 2));
}
