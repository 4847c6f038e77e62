import { setTimeout as sleep } from 'node:timers/promises';
import type { NamedFigure, Observed } from '../benchmark.ts';
import { percentile } from '../figures.ts';
import { GIANT_ORG } from './history.ts';
import type { Stack } from './stack.ts';

/** Longer than a read of the giant's events takes: reads that wait for one another would say nothing about one. */
const READ_EVERY_MS = 2_000;

const P99_OF_TYPICAL = 'p99 of a typical organisation';
const P99_OF_GIANT = 'p99 of the giant';
/** The figures of readMeanwhile. */
export const READ_P99S = [P99_OF_TYPICAL, P99_OF_GIANT] as const;

/** Reads the current usage of a typical organisation and of the giant at a fixed pace while something is done. */
export async function readMeanwhile(
  stack: Stack,
  typicalOrgId: string,
  work: () => Promise<void>,
): Promise<Observed> {
  const ended = new AbortController();
  const reading = Promise.all(
    [typicalOrgId, GIANT_ORG].map((orgId) => pacedReads(stack, orgId, ended.signal)),
  );
  // Where both fail, the error of the work is reported.
  reading.catch(() => undefined);
  await work().finally(() => ended.abort());
  const [ofTypical = [], ofGiant = []] = await reading;
  return {
    latenciesMs: [...ofTypical, ...ofGiant],
    figures: [p99(P99_OF_TYPICAL, ofTypical), p99(P99_OF_GIANT, ofGiant)],
  };
}

/**
 * A read that is due while the one before it still runs waits for it, and that time counts: otherwise the slowest
 * moments would be those with the fewest reads.
 * @returns how long each read took from when it was due, in milliseconds
 */
async function pacedReads(stack: Stack, orgId: string, ended: AbortSignal): Promise<number[]> {
  const latenciesMs: number[] = [];
  const token = await stack.tokenOf(orgId);
  const read = (): Promise<unknown> => stack.read(`/v1/orgs/${orgId}/credits`, token);
  await read(); // The first one opens connections.
  for (let due = performance.now(); !ended.aborted; due += READ_EVERY_MS) {
    await sleep(Math.max(0, due - performance.now()));
    await read();
    latenciesMs.push(performance.now() - due);
  }
  return latenciesMs;
}

const p99 = (name: string, latenciesMs: readonly number[]): NamedFigure => ({
  name,
  unit: 'ms',
  value: percentile(latenciesMs, 0.99),
  better: 'less',
});
