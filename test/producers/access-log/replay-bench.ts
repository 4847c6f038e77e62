import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { replayLog, type ReplayOptions, type ReplayResult } from '../../../producers/access-log/replay.ts';
import { createPublisher } from '../../../producers/publisher.ts';
import { countingBytes, NOW_MS } from '../sample-event.ts';
import { ScriptedTransport } from '../scripted-transport.ts';

export const DAY_MS = 86_400_000;
export const LIMITS = { futureMs: 300_000, latenessMs: 35 * DAY_MS };

/** A folder with logs and a DATA_DIR, and a transport that records the published events. */
export class ReplayBench {
  readonly dataDir = mkdtempSync(join(tmpdir(), 'api-credits-replay-'));
  readonly file = join(this.dataDir, 'access.log');
  transport = new ScriptedTransport();
  nowMs = NOW_MS;

  write(content: string | Buffer): void {
    writeFileSync(this.file, content);
  }

  /** Replays the file with its own publisher, by default as `--shift-to-now` does. */
  async run(options: Partial<ReplayOptions> = {}): Promise<ReplayResult> {
    const now = (): number => this.nowMs;
    const publisher = createPublisher({
      transport: this.transport,
      now,
      random: countingBytes(),
      lingerMs: 0,
    });
    // As main.ts does on Ctrl-C, but without waiting for Kafka.
    options.signal?.addEventListener('abort', () => void publisher.close(0).catch(() => undefined));
    try {
      return await replayLog({
        file: this.file,
        stdin: Readable.from([]),
        repetitions: 1,
        anchor: { kind: 'now' },
        dataDir: this.dataDir,
        again: true,
        publisher,
        destination: 'cluster/api-calls',
        limits: LIMITS,
        now,
        ...options,
      });
    } finally {
      await publisher.close(0).catch(() => undefined);
    }
  }

  get ids(): string[] {
    return this.transport.taken.map(({ event_id }) => event_id);
  }

  remove(): void {
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}

/** A log of calls a second apart, the clients `c0.example`, `c1.example` ...; it ends at 2015-05-20 12:00. */
export function logOf(calls: number): string {
  const end = Date.UTC(2015, 4, 20, 12);
  return Array.from({ length: calls }, (_, index) =>
    lineOf(`c${index}.example`, end - (calls - 1 - index) * 1_000),
  ).join('');
}

export function lineOf(host: string, atMs: number): string {
  const [, day, month, year, clock] =
    /(\d\d) (\w{3}) (\d{4}) ([\d:]{8})/.exec(new Date(atMs).toUTCString()) ?? [];
  return `${host} - - [${day}/${month}/${year}:${clock} +0000] "GET /x HTTP/1.1" 200 5 "-" "ua/1"\n`;
}
