import { decisionIdOf, type Decision } from '../domain/alerts/alert.ts';
import type { LogRecord } from '../platform/landed-log.ts';
import { encodeAlertRecord, type AlertRecord } from '../schemas/alert-record.ts';

/** The record of a decision: the same id, whichever process decides it. */
export function recordOf({ phase, key, number, facts }: Decision): LogRecord {
  return logRecord({
    record_id: decisionIdOf(phase, key, number),
    org_id: key.orgId,
    kind: phase,
    product: key.product,
    rule_id: key.ruleId,
    subject: key.subject,
    number,
    value: JSON.stringify(facts),
  });
}

export const logRecord = (record: AlertRecord): LogRecord => ({
  key: record.org_id,
  value: encodeAlertRecord(record),
});
