import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runDataDir } from '../servers/addresses.ts';
import { openNamespace, type Namespace } from '../servers/namespace.ts';
import { killConsumers } from '../consumers/consumer-process.ts';
import { BENCHMARKS } from './benchmarks.ts';
import { consumersReport } from './consumers.ts';
import type { Places, Plan } from './plan.ts';
import { reportOf } from './report.ts';
import { runBenchmarks } from './run-benchmarks.ts';

const namespaces: Namespace[] = [];
afterAll(async () => {
  await killConsumers();
  await Promise.all(namespaces.map((namespace) => namespace.drop()));
});

const places: Places = {
  // Containers have no process here: what counts is that the work is done.
  clickhousePid: process.pid,
  kafkaPid: process.pid,
  open: (name) => {
    const namespace = openNamespace(name);
    namespaces.push(namespace);
    return namespace;
  },
  progress: () => {},
  untilQuiet: () => Promise.resolve(),
};

/** Their alternatives need Kafka's jars, and a ClickHouse that reaches Kafka and a registry here: not one in a container. */
const NEED_THIS_MACHINE = new Set(['publish', 'land', 'sustained']);
const areServersHere = existsSync(join(runDataDir(), 'kafka'));

describe.each(Object.entries(BENCHMARKS))('%s', (name, plan) => {
  const test = areServersHere || !NEED_THIS_MACHINE.has(name) ? it : it.skip;
  test('does the same work in all ways', () => runsTiny(name, plan));
});

async function runsTiny(name: string, plan: Plan): Promise<void> {
  const output = { onOutcome: () => {}, progress: () => {} };
  // A run whose sums differ fails.
  const outcomes = await runBenchmarks({ [name]: plan }, places, 'tiny', output);
  expect(outcomes.length).toBeGreaterThan(0);
  for (const outcome of outcomes) {
    if ('error' in outcome) throw new Error(`${outcome.name}: ${outcome.error}`);
    expect(reportOf(outcome.benchmark, outcome.rounds)).toMatch(/^.+: .+ rounds\n/);
  }
}

it('shows what several consumers of a group land, and lands each call once', async () => {
  const size = { calls: 600, groups: [2], rounds: 1 };
  const store = { shards: 1, pids: () => [process.pid], open: places.open };
  const lines = await consumersReport({ stores: [store], kafkaPid: process.pid }, size, () => {});
  expect(lines).toEqual([
    'consumers: 600 calls from 12 partitions, medians of 1',
    expect.stringContaining('calls a second'),
    expect.stringMatching(/^ +2 +1 +[\d,]+ +[\d.]+ +[\d.]+ +[\d.]+$/),
  ]);
});
