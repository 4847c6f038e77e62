import type { Gate } from '../../../producers/gate/contract.ts';
import { gateToken } from '../../gate/gates.ts';
import type { Measure } from '../benchmark.ts';
import type { Places } from '../plan.ts';
import { timed } from '../stored/timed.ts';
import { pacedPosts } from './paced-posts.ts';
import { PolledLimit } from './polled-limit.ts';
import { BUSY_ORG, type GateServers } from './servers.ts';

/** Decisions of an organisation that never comes to its limit: how long they take. */

const CONNECTIONS = 32;
/** Between two chunks the process renews its leases, as it does between two requests of its clients. */
const CHUNK = 500;
const WARM_UP_PART = 10;

interface Pace {
  readonly perSecond: number;
  readonly seconds: number;
}

const callOf = (org_id: string, credits = 1) => ({ org_id, product: 'crm', user_id: 'ann', credits });

/** Decides in this process, and settles each call at once. */
export const inTheProcess =
  ({ client }: GateServers, decisions: number) =>
  async (measure: Measure): Promise<void> => {
    const opened = await client();
    try {
      await decideInChunks(opened, Math.ceil(decisions / WARM_UP_PART));
      await measure({ 'API server': process.pid }, async () => ({
        latenciesMs: await decideInChunks(opened, decisions),
      }));
    } finally {
      await opened.close();
    }
  };

async function decideInChunks(client: Gate, decisions: number): Promise<number[]> {
  const latenciesMs: number[] = [];
  const call = callOf(BUSY_ORG);
  for (let decided = 0; decided < decisions; decided += 1) {
    const startedAt = performance.now();
    let decision = client.decide(call);
    // A lease that is used up counts with the wait for the next.
    if (!decision.admitted) decision = await client.admit(call);
    if (!decision.admitted) throw new Error(`a call was rejected: ${decision.rejection.cause}`);
    decision.reservation.settle();
    latenciesMs.push(performance.now() - startedAt);
    if (decided % CHUNK === 0) await new Promise(setImmediate);
  }
  return latenciesMs;
}

/** @param places whose CPU counts too, where the gate is another process */
export const polling =
  ({ stack }: GateServers, decisions: number, cachedMs: number, places?: Places) =>
  async (measure: Measure): Promise<void> => {
    const limit = await PolledLimit.open(stack, BUSY_ORG, cachedMs);
    await limit.admits(1);
    const pids = places
      ? { 'gate or API': stack.pidOf('api'), ClickHouse: places.clickhousePid, Kafka: places.kafkaPid }
      : { 'API server': process.pid };
    await measure(pids, async () => ({
      count: decisions,
      latenciesMs: await timed(decisions, () => limit.admits(1)),
    }));
  };

/** At a fixed pace. */
export const overHttp =
  ({ gate: { url, process: gateProcess } }: GateServers, { perSecond, seconds }: Pace, places: Places) =>
  async (measure: Measure): Promise<void> => {
    const posts = {
      port: Number(new URL(url).port),
      path: '/v1/decisions',
      token: await gateToken(),
      body: { ...callOf(BUSY_ORG), published_within_ms: 1_000 },
      perSecond,
      connections: CONNECTIONS,
    };
    await pacedPosts({ ...posts, count: Math.ceil((perSecond * seconds) / WARM_UP_PART) });
    const pids = {
      'gate or API': gateProcess.pid,
      ClickHouse: places.clickhousePid,
      Kafka: places.kafkaPid,
    };
    await measure(pids, async () => ({
      latenciesMs: await pacedPosts({ ...posts, count: perSecond * seconds }),
    }));
  };
