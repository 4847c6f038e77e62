import type { Kafka } from 'kafkajs';
import { callEventHeader } from '../../schemas/call-event.ts';
import { readTopic } from '../producers/read-topic.ts';
import { decode } from '../producers/scripted-transport.ts';
import { formatPlace, REPLAY_HEADERS } from '../../schemas/dead-letter.ts';
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
}

/**
 * What was reported as published against the log itself, before any consumer has made something of it. Decides
 * in the ledger which of two payloads under one id counts: the one with the least offset, then the least partition.
 */
export async function checkLog(kafka: Kafka, topic: string, ledger: Ledger): Promise<LogCheck> {
  const ids = new Set<string>();
  const first = new Map<string, { readonly place: readonly [number, number]; readonly credits: number }>();
  const invalid: string[] = [];
  const beforeSchema = new Map<string, string>();
  const records = await readTopic(kafka, topic);
  for (const { value, headers, offset, partition } of records) {
    const marked = headers.get(INVALID_HEADER);
    if (marked) invalid.push(marked.toString());
    else if (value) {
      const { id, credits } = eventOf(value);
      ids.add(id);
      if (lateWriter.eventIdOf(value) !== undefined && !headers.has(REPLAY_HEADERS.of))
        beforeSchema.set(formatPlace({ topic, partition, offset }), id);
      const place = [offset, partition] as const;
      const before = first.get(id);
      if (credits !== undefined && (!before || isEarlier(place, before.place)))
        first.set(id, { place, credits });
    }
  }
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
  };
}

const isEarlier = (a: readonly [number, number], b: readonly [number, number]): boolean =>
  a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]);

/** The credits of an event with a foreign schema are left out: each of those has one payload. */
function eventOf(value: Buffer): { readonly id: string; readonly credits?: number } {
  const isOurs = value.subarray(0, callEventHeader.length).equals(callEventHeader);
  if (!isOurs) {
    const id = foreignWriter.eventIdOf(value) ?? lateWriter.eventIdOf(value);
    return { id: id ?? value.toString('hex') };
  }
  const { event_id, credits } = decode(value);
  return { id: event_id, credits };
}
