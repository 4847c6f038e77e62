import { setTimeout as sleep } from 'node:timers/promises';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import type { Topics } from '../../schemas/topics.ts';
import { lateWriter } from './foreign-schema.ts';
import type { Ledger } from './ledger.ts';
import type { RecordSender } from './record-sender.ts';
import type { Overall } from './requests.ts';
import { createTraffic } from './traffic.ts';

/** Whose calls come before their writer schema. No other record has its name as key. */
export const LATE_ORG = 'chaos-late';
const CALLS = 40;
const PAUSE_MS = 500;
/** What was replayed lands within this time, unless something fails: then it is replayed again. */
const LANDED_WITHIN_MS = 15_000;
/** Everything may be away for a while, again and again: a long run has failures for longer than five minutes. */
const DONE_WITHIN_MS = 900_000;

const DeadLetters = Type.Object({ dead_letters: Type.Array(Type.Object({ id: Type.String() })) });

export interface LateRun {
  readonly seed: number;
  readonly ledger: Ledger;
  readonly topics: Topics;
  readonly overall: Overall;
  readonly report: (what: string) => void;
}

/**
 * Publishes calls, waits until all of them are quarantined, publishes their schema, and replays them through the API
 * until no dead letter of them is open. They have one key, so they are one record batch: where a send was repeated, the
 * first copy is quarantined as a whole before any of the second.
 */
export async function publishBeforeSchema(
  { seed, ledger, topics, overall, report }: LateRun,
  sender: RecordSender,
): Promise<void> {
  const next = createTraffic(seed + 400);
  const calls = Array.from({ length: CALLS }, () => ({ ...next(Date.now()), org_id: LATE_ORG }));
  for (const call of calls) ledger.offered(call.event_id, call);
  report(`${CALLS} calls before their schema`);
  await sender.send(
    topics.calls,
    calls.map((call) => ({ key: LATE_ORG, value: lateWriter.encode(call) })),
  );
  const deadline = performance.now() + DONE_WITHIN_MS;
  await untilListed(overall, '', deadline, (found) => found >= CALLS);

  report('their schema; replaying their dead letters');
  await sender.send(topics.writerSchemas, [lateWriter.schema]);
  for (let isReplayed = false; !isReplayed;) {
    const landedBy = Math.min(deadline, performance.now() + LANDED_WITHIN_MS);
    await overall.post('/v1/dead-letters/replay', { countable: true, org: LATE_ORG }).catch(() => undefined);
    isReplayed = await untilListed(overall, '&state=open', landedBy, (open) => open === 0).catch(
      (error: unknown) => {
        if (performance.now() > deadline) throw error;
        return false;
      },
    );
  }
  for (const { event_id } of calls) ledger.acknowledged(event_id, Date.now());
}

/** The places of the dead letters that were replayed and count. */
export async function readReplayed({ get }: Pick<Overall, 'get'>): Promise<string[]> {
  const answer = Value.Parse(DeadLetters, await get(`${LIST}&state=counted`));
  return answer.dead_letters.map(({ id }) => id);
}

/** @param beforeSchema what the log holds, ids by place. @returns a line for each call that was not replayed */
export function replayDifferences(
  beforeSchema: ReadonlyMap<string, string>,
  replayed: readonly string[],
): string[] {
  const places = new Set(replayed);
  const missing = [...beforeSchema.keys()].filter((place) => !places.has(place));
  return [
    ...(beforeSchema.size === 0 ? ['no call came before its schema'] : []),
    ...missing.map((place) => `the dead letter ${place} was not replayed, or does not count`),
  ];
}

const LIST = `/v1/dead-letters?org=${LATE_ORG}&limit=1000`;

/** @throws where the number of dead letters is not the wanted one in time */
async function untilListed(
  { get }: Pick<Overall, 'get'>,
  filter: string,
  deadline: number,
  isWanted: (found: number) => boolean,
): Promise<true> {
  for (;;) {
    const answer = await get(`${LIST}${filter}`).catch(() => undefined);
    const found = answer === undefined ? undefined : Value.Parse(DeadLetters, answer).dead_letters.length;
    if (found !== undefined && isWanted(found)) return true;
    if (performance.now() > deadline) {
      throw new Error(`${found ?? 'unknown'} dead letters of ${LATE_ORG}${filter} after all this time`);
    }
    await sleep(PAUSE_MS);
  }
}
