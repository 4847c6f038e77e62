import { count } from '../../../cli/table.ts';
import type { Benchmark } from '../benchmark.ts';
import { plan, type Places } from '../plan.ts';
import { atTheLimit, RUSHED_EVERY_MS, USED } from './at-the-limit.ts';
import { inTheProcess, overHttp, polling } from './decisions.ts';
import { leasingServer, pollingServer } from './rushing-servers.ts';
import { SAMPLE_TOTAL, startGateServers } from './servers.ts';

export interface GateSize {
  /** In the process. */
  readonly decisions: number;
  /** Of the poll, which takes a thousand times as long. */
  readonly polls: number;
  readonly perSecond: number;
  readonly seconds: number;
  /** At the limit. */
  readonly servers: number;
  readonly credits: number;
  readonly cachedMs: number;
  readonly rounds: number;
}

/** Decisions whether calls may go on: from leases and over HTTP, against polling current usage. */
export const gate = plan<GateSize>(
  {
    full: {
      decisions: 500_000,
      polls: 200,
      perSecond: 2_000,
      seconds: 20,
      servers: 8,
      credits: 20,
      cachedMs: 5_000,
      rounds: 3,
    },
    small: {
      decisions: 100_000,
      polls: 50,
      perSecond: 2_000,
      seconds: 5,
      servers: 4,
      credits: 50,
      cachedMs: 2_000,
      rounds: 2,
    },
    tiny: {
      decisions: 500,
      polls: 3,
      perSecond: 100,
      seconds: 1,
      servers: 2,
      credits: 1_000,
      cachedMs: 200,
      rounds: 1,
    },
  },
  (places, size) => gateBenchmarks(places, size),
);

const polled = (cachedMs: number): string =>
  cachedMs === 0 ? 'a poll of current usage for each' : `a poll kept for ${cachedMs / 1_000} s`;

async function gateBenchmarks(places: Places, size: GateSize): Promise<Benchmark[]> {
  const servers = await startGateServers(places.open('bench_gate'));
  const { rounds } = size;
  const open = Promise.resolve();
  return [
    {
      name: 'gate, in the process',
      work: `${count(size.decisions)} decisions, one after the other; ${count(size.polls)} by a poll for each`,
      unit: 'decision',
      count: size.decisions,
      cpuPer: 1_000_000,
      rounds,
      ours: { name: 'from leases', run: inTheProcess(servers, size.decisions) },
      others: [
        { name: polled(0), run: polling(servers, size.polls, 0) },
        { name: polled(size.cachedMs), run: polling(servers, size.decisions, size.cachedMs) },
      ],
      targets: [{ figure: 'p99', atLeast: 0.1 }],
      close: () => open,
    },
    {
      name: 'gate, over HTTP',
      work: `${count(size.perSecond)} decisions a second for ${size.seconds} s, by POST /v1/decisions; the poll ${count(size.polls)} times, one after the other`,
      unit: 'decision',
      count: size.perSecond * size.seconds,
      cpuPer: 1_000,
      rounds,
      isPaced: true,
      ours: { name: 'the gate', run: overHttp(servers, size, places) },
      others: [{ name: polled(0), run: polling(servers, size.polls, 0, places) }],
      targets: [{ figure: 'p99', atLeast: 5 }],
      close: () => open,
    },
    {
      name: 'gate, at the limit',
      work: `${size.servers} API servers make calls of ${size.credits} credits every ${RUSHED_EVERY_MS} ms until a limit of ${count(SAMPLE_TOTAL)} rejects them`,
      unit: 'credit',
      count: SAMPLE_TOTAL,
      cpuPer: 1_000_000,
      rounds,
      isPaced: true,
      ours: { name: 'from leases', run: atTheLimit(servers, size, leasingServer(servers)) },
      others: [0, size.cachedMs].map((cachedMs) => ({
        name: polled(cachedMs),
        run: atTheLimit(servers, size, pollingServer(servers, cachedMs)),
      })),
      targets: [{ figure: USED, atLeast: 100 }],
      close: servers.stop,
    },
  ];
}
