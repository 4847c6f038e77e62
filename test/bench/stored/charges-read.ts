import { Type } from 'typebox';
import { encodeOffset } from '../../../api/charges/cursor.ts';
import { count } from '../../../cli/table.ts';
import { compiled } from '../../../platform/compiled-schema.ts';
import type { Benchmark } from '../benchmark.ts';
import { dateOfOlder, OLDER_FROM } from './older-revisions.ts';
import type { Stack } from './stack.ts';
import { timed } from './timed.ts';

export interface ChargesSize {
  readonly orgs: number;
  readonly revisions: number;
  readonly reads: number;
  /** Reads before those that are measured, at other places of the feed. */
  readonly warmUps: number;
  readonly rounds: number;
  /** Whose CPU counts. */
  readonly pids: Readonly<Record<string, number>>;
  /** Called once, before the first read. */
  readonly land: () => Promise<void>;
}

/** Revisions of a page. */
const PAGE = 1_000;
const { check: isPage } = compiled(Type.Object({ charges: Type.Array(Type.Object({ day: Type.String() })) }));

/** Reading stored revisions (older-revisions.ts) through HTTP: a page of the feed, and the charges of a day. */
export function chargesBenchmarks(
  stack: Stack,
  token: string,
  { orgs, revisions, reads, warmUps, rounds, pids, land }: ChargesSize,
): { readonly page: Benchmark; readonly day: Benchmark } {
  let landing: Promise<void> | undefined;
  // Far apart in the feed, so that none reads what the one before it has read.
  const at = (index: number): number => Math.floor(((index * 0.618) % 1) * Math.max(0, revisions - PAGE));

  const reading = (name: string, work: string, read: (revision: number) => Promise<void>): Benchmark => ({
    name,
    work: `${work}, ${reads} times, with ${count(revisions)} revisions stored`,
    unit: 'read',
    count: reads,
    cpuPer: 1,
    rounds,
    ours: {
      name: 'API, through HTTP',
      run: async (measure) => {
        await (landing ??= land());
        for (let index = 0; index < warmUps; index += 1) await read(at(reads + index));
        await measure(pids, async () => ({ latenciesMs: await timed(reads, (index) => read(at(index))) }));
      },
    },
    others: [],
    targets: [
      { figure: 'p99', atLeast: 50, aim: 10 },
      { figure: 'memory of API', atLeast: 300 },
    ],
    close: () => Promise.resolve(),
  });
  return {
    page: reading('close: a page of the feed', `${count(PAGE)} revisions`, async (revision) => {
      const cursor = encodeOffset(OLDER_FROM + revision);
      const page = await stack.read(`/v1/charges?cursor=${cursor}&limit=${PAGE}`, token);
      if (!isPage(page) || page.charges.length !== Math.min(PAGE, revisions))
        throw new Error('The feed answered with a part of a page.');
    }),
    day: reading('close: the charges of a day', `those of ${count(orgs)} organisations`, async (revision) => {
      const text = await stack.readText(`/v1/charges/days/${dateOfOlder(revision, orgs)}`, token);
      if (text.split('\n').length !== orgs + 1) throw new Error('The answer lacks charges of the day.');
    }),
  };
}
