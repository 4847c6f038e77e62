import { Readable } from 'node:stream';
import { join } from 'node:path';
import { LineSplitter } from '../../../producers/access-log/lines.ts';
import { openLog } from '../../../producers/access-log/source.ts';
import { classifyLine } from '../../../producers/access-log/classify.ts';
import { scanLog } from '../../../producers/access-log/scan.ts';
import { projectRoot } from '../../../schemas/root.ts';

const SAMPLE = join(projectRoot(), 'producers/access-log/sample/apache_access.log.gz');

describe('the sample log', () => {
  it('has 10,000 lines: 9,999 calls, and line 8899 malformed', async () => {
    const source = await openLog(SAMPLE, projectRoot(), Readable.from([]));
    const scan = await scanLog(source);
    await source.close();
    expect(scan).toMatchObject({
      lines: 10_000,
      blank: 0,
      calls: 9_999,
      malformedCount: 1,
      rejectedCount: 0,
      earliest: { atMs: Date.UTC(2015, 4, 17, 10, 5, 0) },
      latest: { line: 9_927, atMs: Date.UTC(2015, 4, 20, 21, 5, 59) },
      last: { line: 10_000, atMs: Date.UTC(2015, 4, 20, 21, 5, 15) },
    });
    expect(scan.malformed.map(({ line }) => line)).toEqual([8_899]);
  });

  it('has as many lines a day and clients as its source says (shared/data/README.md)', async () => {
    const source = await openLog(SAMPLE, projectRoot(), Readable.from([]));
    const days = new Map<number, number>();
    const clients = new Set<string>();
    const splitter = new LineSplitter();
    for await (const chunk of source.chunks()) {
      for (const line of splitter.push(chunk)) {
        const classified = classifyLine(line);
        if (classified.kind !== 'call') continue;
        const day = new Date(classified.loggedAtMs).getUTCDate();
        days.set(day, (days.get(day) ?? 0) + 1);
        clients.add(classified.content.user_id);
      }
    }
    await source.close();
    // The malformed line is of the 20th: the source counts 2,579 lines there.
    expect([...days]).toEqual([
      [17, 1_632],
      [18, 2_893],
      [19, 2_896],
      [20, 2_578],
    ]);
    // The malformed line's client has other lines, or the figure would be 1,752.
    expect(clients.size).toBe(1_753);
  });
});
