import { Type } from 'typebox';
import { FUTURE_LIMIT_MS, LATENESS_LIMIT_MS } from '../schemas/event-rules.ts';

/**
 * The environment variables that several processes read, in groups: those of Kafka are in kafka/variables.ts, those of
 * ClickHouse in clickhouse/variables.ts. Each process lists its groups in its own config.ts. A variable marked `secret`
 * never shows its value in an error, and may be given as a file: NAME_FILE.
 */

/** Of a variable that is an address. */
export interface AddressOptions {
  readonly description: string;
  /** Makes the variable optional. */
  readonly default?: '';
}

/** The URL of a server. */
export const httpAddress = (options: AddressOptions) =>
  Type.Refine(
    Type.String({ ...options }),
    (text) => text === options.default || (/^https?:/.test(text) && URL.canParse(text)),
    () => 'must be like http://127.0.0.1:8123',
  );

export const logVariables = {
  LOG_LEVEL: Type.Enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal'], { default: 'info' }),
};

export const stopTimeout = (defaultMs: number) =>
  Type.Integer({
    default: defaultMs,
    minimum: 0,
    maximum: 60_000,
    description: 'how long a stop may take before the process exits without finishing it',
  });

/** Every process that runs until it is stopped reads these (lifecycle/run-process.ts). */
export const processVariables = {
  ...logVariables,
  // Docker kills a process 10 s after its SIGTERM.
  STOP_TIMEOUT_MS: stopTimeout(9_000),
};

/** The limits of domain.md, "Which events count"; every process that validates events reads the same two. */
export const eventTimeVariables = {
  FUTURE_LIMIT_MS: Type.Integer({ default: FUTURE_LIMIT_MS, minimum: 0 }),
  LATENESS_LIMIT_MS: Type.Integer({ default: LATENESS_LIMIT_MS, minimum: 0 }),
};

/** When invalid records are a wave, and not the odd mistake. The consumer and the API read the same. */
export const invalidRecordVariables = {
  INVALID_PERCENT_LIMIT: Type.Number({
    default: 5,
    minimum: 0,
    maximum: 100,
    description: 'percent of the records of the last minutes; more of them invalid is an alert',
  }),
  INVALID_RECORDS_LIMIT: Type.Integer({
    default: 100,
    minimum: 1,
    description: 'invalid records of the last minutes; fewer raise no alert, whatever their share',
  }),
};

/** When the aggregator seals and closes. The API reads these as well, to report what is due. */
export const closingVariables = {
  SEAL_DELAY_MS: Type.Integer({
    default: 60_000,
    minimum: 1_000,
    description:
      'how long after its end an hour is sealed and a quarter hour counted; must exceed the difference of the machines’ clocks',
  }),
  GRACE_MS: Type.Integer({
    default: 15 * 60_000,
    minimum: 0,
    description: 'how long after its end a day stays open',
  }),
};

export const orgVariables = {
  UNKNOWN_ORGS: Type.Enum(['none', 'local'], {
    default: 'none',
    description: 'the subscription of an org without settings: none, or the local stack’s free one',
  }),
  SETTINGS_CHANGES_PER_HOUR: Type.Integer({
    default: 240,
    minimum: 1,
    description:
      'changes of settings that an org, or the catalogues, may record in an hour: the log keeps each forever',
  }),
};

/** Of the process that delivers alerts, and of the API, which shows the secrets and checks the addresses. */
export const webhookVariables = {
  WEBHOOK_KEY: Type.String({
    default: '',
    pattern: '^$|^.{32,}$',
    examples: ['32 random characters or more'],
    secret: true,
    description: 'the key that the secrets of webhooks are derived from; without it there are no webhooks',
  }),
  WEBHOOK_TARGETS: Type.Enum(['public', 'any'], {
    default: 'public',
    description: 'where webhooks may go: public addresses by https, or any address, also by http',
  }),
};
