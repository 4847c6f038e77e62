import { decisionIdOf } from '../../domain/alerts/alert.ts';
import { renameUser } from '../../domain/alerts/named-user.ts';
import { factsOf } from '../alerts/log.ts';

/** The columns of an alert's record that are read here. */
export interface ErasableAlert {
  readonly record_id: string;
  readonly org_id: string;
  readonly kind: string;
  readonly product: string;
  readonly rule_id: string;
  readonly subject: string;
  readonly number: number;
  readonly value: string;
}

/**
 * What replaces the columns of an alert that names an erased user: the pseudonym in subject and message. Also the id,
 * which is a hash of the subject: it becomes that of an alert about the pseudonym. A repeat changes nothing.
 * @param pseudonymOf of a user id; undefined where it is not erased
 * @returns undefined where the record names no erased user
 */
export function eraseAlert(
  record: ErasableAlert,
  pseudonymOf: (userId: string) => string | undefined,
): Pick<ErasableAlert, 'record_id' | 'subject' | 'value'> | undefined {
  const { kind: phase, org_id: orgId, product, rule_id: ruleId, number } = record;
  if (phase !== 'raised' && phase !== 'resolved') return undefined;
  const facts = factsOf(record.value);
  const { kind, message } = facts;
  const renamed = renameUser({ kind, subject: record.subject, message }, pseudonymOf);
  if (renamed === undefined) return undefined;
  return {
    record_id: decisionIdOf(phase, { orgId, product, ruleId, subject: renamed.subject }, number),
    subject: renamed.subject,
    value: JSON.stringify({ ...facts, message: renamed.message }),
  };
}
