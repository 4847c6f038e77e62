import type { Kafka } from 'kafkajs';
import { callEventHeader } from '../../schemas/call-event.ts';
import { readTopic } from '../producers/read-topic.ts';
import { decode } from '../producers/scripted-transport.ts';
import { formatPlace, REPLAY_HEADERS } from '../../schemas/dead-letter.ts';
import { limitedCall } from './limits/gated-calls.ts';
import { GATED } from './limits/gated-orgs.ts';
import type { LimitedCall } from './limits/kept.ts';
import type { Call } from './traffic.ts';
import { readPatiently } from './broker-reads.ts';
import { foreignWriter, lateWriter } from './foreign-schema.ts';
import { INVALID_HEADER } from './invalid-records.ts';
import type { Ledger } from './ledger.ts';

export interface LogCheck {
  /** Distinct calls that were reported as published. */
  readonly acknowledged: number;
  /** Of them, those that the log does not hold. */
  readonly lost: readonly string[];
  readonly records: number;
  readonly distinct: number;
  /** Invalid records, copies included: each is quarantined. */
  readonly invalid: number;
  readonly distinctInvalid: number;
  /** The calls that were published before their schema, their ids by place: each was quarantined and is replayed. */
  readonly beforeSchema: ReadonlyMap<string, string>;
  /** The calls of organisations whose calls ask a gate, each once. */
  readonly gated: readonly LimitedCall[];
}

/**
 * What was reported as published against the log itself, before any consumer has made something of it. Decides
 * in the ledger which of two payloads under one id counts: the one with the least offset, then the least partition.
 * Enters the calls that asked a gate, of which a killed server does not know whether Kafka has them.
 */
export async function checkLog(kafka: Kafka, topic: string, ledger: Ledger): Promise<LogCheck> {
  const ids = new Set<string>();
  const first = new Map<string, { readonly place: readonly [number, number]; readonly credits: number }>();
  const invalid: string[] = [];
  const beforeSchema = new Map<string, string>();
  const gated = new Map<string, Call>();
  const records = await readPatiently(() => readTopic(kafka, topic));
  for (const { value, headers, offset, partition } of records) {
    const marked = headers.get(INVALID_HEADER);
    if (marked) invalid.push(marked.toString());
    else if (value) {
      const { id, credits, call } = eventOf(value);
      ids.add(id);
      if (call && isGated(call)) gated.set(id, call);
      if (lateWriter.eventIdOf(value) !== undefined && !headers.has(REPLAY_HEADERS.of))
        beforeSchema.set(formatPlace({ topic, partition, offset }), id);
      const place = [offset, partition] as const;
      const before = first.get(id);
      if (credits !== undefined && (!before || isEarlier(place, before.place)))
        first.set(id, { place, credits });
    }
  }
  for (const [id, call] of gated) ledger.offered(id, call);
  for (const [id, { credits }] of first) ledger.decided(id, credits);
  const acknowledged = ledger.acknowledgedIds();
  const lost = acknowledged.filter((id) => !ids.has(id));
  return {
    acknowledged: acknowledged.length,
    lost,
    records: records.length,
    distinct: ids.size,
    invalid: invalid.length,
    distinctInvalid: new Set(invalid).size,
    beforeSchema,
    gated: [...gated.values()].map(limitedCall),
  };
}

const isEarlier = (a: readonly [number, number], b: readonly [number, number]): boolean =>
  a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]);

const isGated = ({ org_id }: Call): boolean => GATED.some((org) => org === org_id);

interface LoggedEvent {
  readonly id: string;
  /** Left out for a foreign schema: each of those events has one payload. */
  readonly credits?: number;
  readonly call?: Call;
}

function eventOf(value: Buffer): LoggedEvent {
  const isOurs = value.subarray(0, callEventHeader.length).equals(callEventHeader);
  if (!isOurs) {
    const id = foreignWriter.eventIdOf(value) ?? lateWriter.eventIdOf(value);
    return { id: id ?? value.toString('hex') };
  }
  const call = decode(value);
  return { id: call.event_id, credits: call.credits, call };
}
