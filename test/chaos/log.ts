import type { Kafka } from 'kafkajs';
import { callEventHeader } from '../../schemas/call-event.ts';
import { readTopic } from '../producers/read-topic.ts';
import { decode } from '../producers/scripted-transport.ts';
import { foreignEventId } from './foreign-schema.ts';
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
}

/** What was reported as published against the log itself, before any consumer has made something of it. */
export async function checkLog(kafka: Kafka, topic: string, ledger: Ledger): Promise<LogCheck> {
  const ids = new Set<string>();
  const invalid: string[] = [];
  const records = await readTopic(kafka, topic);
  for (const { value, headers } of records) {
    const marked = headers.get(INVALID_HEADER);
    if (marked) invalid.push(marked.toString());
    else if (value) ids.add(eventIdOf(value));
  }
  const acknowledged = ledger.acknowledgedIds();
  const lost = acknowledged.filter((id) => !ids.has(id));
  return {
    acknowledged: acknowledged.length,
    lost,
    records: records.length,
    distinct: ids.size,
    invalid: invalid.length,
    distinctInvalid: new Set(invalid).size,
  };
}

function eventIdOf(value: Buffer): string {
  const isOurs = value.subarray(0, callEventHeader.length).equals(callEventHeader);
  return (isOurs ? decode(value).event_id : foreignEventId(value)) ?? value.toString('hex');
}
