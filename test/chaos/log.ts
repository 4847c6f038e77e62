import type { Kafka } from 'kafkajs';
import { callEventHeader } from '../../schemas/call-event.ts';
import { readTopic } from '../producers/read-topic.ts';
import { decode } from '../producers/scripted-transport.ts';
import type { Ledger } from './ledger.ts';

export interface LogCheck {
  /** Distinct calls that were reported as published. */
  readonly acknowledged: number;
  /** Of them, those that the log does not hold. */
  readonly lost: readonly string[];
  readonly records: number;
  readonly distinct: number;
}

/** What was reported as published against the log itself, before any consumer has made something of it. */
export async function checkLog(kafka: Kafka, topic: string, ledger: Ledger): Promise<LogCheck> {
  const ids = new Set<string>();
  const records = await readTopic(kafka, topic);
  for (const { value } of records) {
    if (value?.subarray(0, callEventHeader.length).equals(callEventHeader)) ids.add(decode(value).event_id);
  }
  const acknowledged = ledger.acknowledgedIds();
  const lost = acknowledged.filter((id) => !ids.has(id));
  return { acknowledged: acknowledged.length, lost, records: records.length, distinct: ids.size };
}
