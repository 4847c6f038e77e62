import { createHash } from 'node:crypto';
import type { Kafka } from 'kafkajs';
import { decodeAlertRecord } from '../../../schemas/alert-record.ts';
import { readTopic } from '../../producers/read-topic.ts';
import { readPatiently } from '../broker-reads.ts';

/** An alert that a record of the topic alerts raises or resolves. */
export interface AlertRecord {
  readonly recordId: string;
  readonly phase: 'raised' | 'resolved';
  readonly org: string;
  readonly product: string;
  readonly ruleId: string;
  readonly subject: string;
  readonly number: number;
}

/** In the order of the log, repeated records too. */
export async function readAlertRecords(kafka: Kafka, topic: string): Promise<AlertRecord[]> {
  const records = await readPatiently(() => readTopic(kafka, topic));
  return records.flatMap(({ value }): AlertRecord[] => {
    if (value === null) return [];
    const record = decodeAlertRecord(value);
    const { kind: phase, record_id, org_id, rule_id, product, subject, number } = record;
    if (phase !== 'raised' && phase !== 'resolved') return [];
    return [{ recordId: record_id, phase, org: org_id, ruleId: rule_id, product, subject, number }];
  });
}

export interface AlertHistory {
  /** The records under different ids. */
  readonly records: readonly AlertRecord[];
  /** How often each rule was raised, by `org rule`; and which are open. */
  readonly raised: ReadonlyMap<string, number>;
  readonly open: ReadonlySet<string>;
  /** What contradicts docs/alerts.md, a line each. */
  readonly differences: readonly string[];
}

export const ruleKey = (org: string, ruleId: string, subject = ''): string =>
  [org, ruleId, subject].filter((part) => part !== '').join(' ');

/**
 * Follows the log: each crossing must be raised once and resolved once, under the id that docs/alerts.md gives it. A
 * record that repeats an earlier one, under its id, is harmless; any other that has no effect is a second alert.
 */
export function followAlerts(log: readonly AlertRecord[]): AlertHistory {
  const records = new Map<string, AlertRecord>();
  const raised = new Map<string, number>();
  const open = new Set<string>();
  const differences: string[] = [];
  for (const record of log) {
    if (records.has(record.recordId)) continue;
    records.set(record.recordId, record);
    const { recordId, phase, org, ruleId, subject, number } = record;
    const key = ruleKey(org, ruleId, subject);
    const what = `the alert ${key}, ${phase} for the ${number}. time`;
    if (recordId !== recordIdOf(record)) differences.push(`${what}, has the id ${recordId}`);
    if (phase === 'raised') {
      if (open.has(key) || number !== (raised.get(key) ?? 0) + 1)
        differences.push(`${what}, is a second one`);
      raised.set(key, number);
      open.add(key);
    } else {
      if (!open.has(key) || number !== raised.get(key)) differences.push(`${what}, was not open`);
      open.delete(key);
    }
  }
  return { records: [...records.values()], raised, open, differences };
}

/** 128 bits of a SHA-256 over what the alert is about and its number; written here once more, on purpose. */
const digest = (parts: readonly (string | number)[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);

export const recordIdOf = ({ phase, org, product, ruleId, subject, number }: AlertRecord): string =>
  `${phase}:${digest([JSON.stringify([org, product, ruleId, subject]), number])}`;

export const webhookIdOf = (recordId: string, destination: string): string =>
  `msg_${digest([recordId, destination])}`;
