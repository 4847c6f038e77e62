import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { idsByContent } from '../../../producers/access-log/ids.ts';
import { logOf, ReplayBench } from './replay-bench.ts';
import { NOW_MS } from '../sample-event.ts';

let bench: ReplayBench;
beforeEach(() => (bench = new ReplayBench()));
afterEach(() => bench.remove());

const LOG = logOf(50);
const SHA = createHash('sha256').update(LOG).digest('hex');
const ANCHOR_MS = NOW_MS - 7_000;
const SUMMARY = {
  log: 'access.log',
  sha256: SHA,
  laps: 1,
  anchor: new Date(ANCHOR_MS).toISOString(),
  lines: 50,
  blank: 0,
  calls: 50,
  malformed_count: 0,
  malformed: [],
  refused_count: 0,
  refused: [],
  events_published: 50,
  events_published_before: 0,
  first_event_at: null,
  last_event_at: null,
  duration_ms: 1,
  finished_at: new Date(ANCHOR_MS).toISOString(),
};
const path = (): string => join(bench.dataDir, 'replay', `${SHA.slice(0, 16)}-1-now.json`);

/** The record that version 1 leaves. */
function leave(
  progress: { lap: number; line: number; published: number },
  summary: typeof SUMMARY | null,
): void {
  bench.write(LOG);
  mkdirSync(join(bench.dataDir, 'replay'));
  const record = {
    version: 1,
    sha256: SHA,
    laps: 1,
    anchor_ms: ANCHOR_MS,
    destination: 'cluster/api-calls',
    progress,
    summary,
  };
  writeFileSync(path(), JSON.stringify(record));
}

/** As version 1 published them: line 50 is at the anchor. */
const idsOfVersion1 = (): string[] =>
  Array.from({ length: 50 }, (_, index) =>
    idsByContent(SHA)(ANCHOR_MS - (49 - index) * 1_000, {
      line: index + 1,
      repetition: 0,
      digest: '',
      equalBefore: 0,
    }),
  );

describe('a replay that an earlier version began', () => {
  it('is skipped by a start-up if it was complete', async () => {
    leave({ lap: 0, line: 0, published: 0 }, SUMMARY);
    expect(await bench.run({ again: false })).toEqual({ summary: SUMMARY, skipped: true });
    expect(bench.transport.taken).toEqual([]);
  });

  it.each([
    ['complete', { lap: 0, line: 0, published: 0 }, SUMMARY],
    ['interrupted', { lap: 0, line: 20, published: 20 }, null],
  ])(
    'is published whole under its first ids if it was %s, so that no call counts twice or is lost',
    async (_, progress, summary) => {
      leave(progress, summary);
      await bench.run();
      expect(bench.ids).toEqual(idsOfVersion1());
      expect(JSON.parse(readFileSync(path(), 'utf8'))).toMatchObject({ version: 1, anchor_ms: ANCHOR_MS });
      await bench.run();
      expect(new Set(bench.ids)).toEqual(new Set(idsOfVersion1()));
    },
  );

  it('keeps its ids and its anchor in another cluster', async () => {
    leave({ lap: 0, line: 20, published: 20 }, null);
    await bench.run({ destination: 'other/api-calls' });
    expect(bench.ids).toEqual(idsOfVersion1());
  });
});
