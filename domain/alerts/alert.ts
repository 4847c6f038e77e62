import { createHash } from 'node:crypto';

/** What an alert is about. */
export interface AlertKey {
  /** '' for the platform. */
  readonly orgId: string;
  /** '' where it concerns no subscription. */
  readonly product: string;
  readonly ruleId: string;
  /** The user, app, endpoint or destination; '' for the subscription as a whole. */
  readonly subject: string;
}

/** Of the figures: percent, credits, hours, seconds, records, failures, or a currency. */
export type Unit = string;

/** What is recorded with a decision, for people. Figures are decimal texts in the unit. */
export interface AlertFacts {
  readonly kind: string;
  readonly threshold: string;
  readonly value: string;
  readonly unit: Unit;
  readonly message: string;
  /** The instant of the figures, epoch milliseconds. */
  readonly as_of: number;
}

/** An alert that is raised or resolved. */
export interface Decision {
  readonly phase: 'raised' | 'resolved';
  readonly key: AlertKey;
  /** How many times the rule has been raised for the subject, this time included. */
  readonly number: number;
  readonly facts: AlertFacts;
}

/** As text: two keys with the same text are the same. */
export const keyTextOf = ({ orgId, product, ruleId, subject }: AlertKey): string =>
  JSON.stringify([orgId, product, ruleId, subject]);

/** The id of the alert: the same for each process that decides the same crossing. */
export const alertIdOf = (key: AlertKey, number: number): string => digestOf([keyTextOf(key), number]);

/** The id of a decision's record: whichever process decides it, it is the same one. */
export const decisionIdOf = (phase: Decision['phase'], key: AlertKey, number: number): string =>
  `${phase}:${alertIdOf(key, number)}`;

/** The id of a delivery, by which the receiver recognises a repeat: one for each record and destination. */
export const deliveryIdOf = (recordId: string, destinationId: string): string =>
  `msg_${digestOf([recordId, destinationId])}`;

/** A short name for what no one chooses a name for: 128 bits in hexadecimal digits. */
export const digestOf = (parts: readonly (string | number)[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
