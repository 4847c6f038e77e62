import { alertIdOf } from '../../domain/alerts/alert.ts';
import { formatInstant } from '../../domain/instants.ts';
import { factsOf, jsonOf, type LoggedRecord } from '../../store/alerts/log.ts';

/** What is delivered of a record: the same bytes at every attempt. */
export interface Message {
  /** alert.raised, alert.resolved, test, or the name of an event. */
  readonly event: string;
  /** Empty for other events. */
  readonly alertId: string;
  /** The body of a webhook: JSON. */
  readonly body: string;
  /** Of a mail. */
  readonly subject: string;
  readonly text: string;
}

/** The message of a record; undefined where the record itself is not delivered. */
export function messageOf(record: LoggedRecord): Message | undefined {
  const { kind, rule_id: ruleId, org_id: orgId, appended_at: at } = record;
  if (kind === 'raised' || kind === 'resolved') return alertMessage(record);
  if (kind === 'event') {
    return message(ruleId, '', at, parsed(record.value), `${ruleId} (${whose(orgId, record.product)})`);
  }
  if (kind !== 'test') return undefined;
  return message('test', '', at, { org_id: orgId }, `A test of the destination ${record.subject}`);
}

function alertMessage(record: LoggedRecord): Message {
  const { kind, org_id, product, rule_id, subject, number, appended_at } = record;
  const alertId = alertIdOf({ orgId: org_id, product, ruleId: rule_id, subject }, number);
  const { as_of, message: text, ...facts } = factsOf(record.value);
  const data = {
    alert_id: alertId,
    org_id: org_id === '' ? null : org_id,
    product: product === '' ? null : product,
    rule_id,
    subject: subject === '' ? null : subject,
    ...facts,
    message: text,
    as_of: formatInstant(as_of),
  };
  const title = kind === 'raised' ? text : `Resolved: ${text}`;
  return message(`alert.${kind}`, alertId, appended_at, data, `${whose(org_id, product)}: ${title}`);
}

function message(event: string, alertId: string, at: number, data: object, subject: string): Message {
  const timestamp = formatInstant(at);
  const lines = Object.entries(data).map(([name, value]) => `${name}: ${textOf(value)}`);
  return {
    event,
    alertId,
    body: JSON.stringify({ type: event, timestamp, data }),
    subject,
    text: [subject, '', `at: ${timestamp}`, ...lines, ''].join('\n'),
  };
}

const whose = (orgId: string, product: string): string =>
  orgId === '' ? 'api-credits' : product === '' ? orgId : `${orgId} ${product}`;

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

function parsed(value: string): object {
  const data = jsonOf(value);
  return typeof data === 'object' && data !== null ? data : {};
}
