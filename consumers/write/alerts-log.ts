import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { ALERT_RECORD_KINDS, decodeAlertRecord, type AlertRecord } from '../../schemas/alert-record.ts';
import { eraseAlert } from '../../store/erasures/erase-alert.ts';
import { InvalidRecordError, type DecisionLog } from './decision-log.ts';

/** What table alert_log can hold. */
const fitsTheTable = Compile(
  Type.Object({
    record_id: Type.String({ minLength: 1 }),
    kind: Type.Enum([...ALERT_RECORD_KINDS]),
    number: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
  }),
);

type AlertRow = Omit<AlertRecord, 'kind'> & {
  readonly kind: string;
  readonly kafka_offset: number;
  /** As ISO text. */
  readonly appended_at: string;
};

/** The topic alerts. Of several records under one id the first counts, which readers see to (schemas/clickhouse/0023). */
export const alertsLog: DecisionLog<AlertRow> = {
  table: 'alert_log',
  invalidReason: 'not-an-alert',
  rowOf: ({ value, offset, timestampMs }) => {
    const record = decodeAlertRecord(value ?? Buffer.alloc(0));
    const problems = fitsTheTable
      .Errors(record)
      .map(({ instancePath, message }) => `${instancePath} ${message}`);
    if (problems.length > 0) throw new InvalidRecordError('not-an-alert', problems.join('; '));
    return { kafka_offset: offset, appended_at: new Date(timestampMs).toISOString(), ...record };
  },
  withoutErased: (row, erased) => {
    const at = Date.parse(row.appended_at);
    return { ...row, ...eraseAlert(row, (user) => erased.pseudonymOf(row.org_id, Buffer.from(user), at)) };
  },
};
