import { Type } from 'typebox';
import { addressesProblem } from './clickhouse/addresses.ts';
import { PASSWORD_MECHANISMS } from './kafka/security.ts';
import { FUTURE_LIMIT_MS, LATENESS_LIMIT_MS } from '../schemas/event-rules.ts';

/**
 * The environment variables that several processes read, in groups. Each process lists its groups in its own
 * config.ts. A variable marked `secret` never shows its value in an error, and may be given as a file: NAME_FILE.
 */

/** kafkajs splits at the first colon, so an IPv6 address needs a name. */
const BROKER = String.raw`\s*[^\s:,]+:\d{1,5}\s*`;

interface AddressOptions {
  readonly description: string;
  /** Makes the variable optional. */
  readonly default?: '';
}

/** `host:port,...` */
export const brokerList = (options: AddressOptions) =>
  Type.String({
    ...options,
    pattern: `${options.default === '' ? '^$|' : ''}^${BROKER}(,${BROKER})*$`,
    examples: ['127.0.0.1:9092,127.0.0.1:9093'],
  });

/** The URL of a server. */
export const httpAddress = (options: AddressOptions) =>
  Type.Refine(
    Type.String({ ...options }),
    (text) => text === options.default || (/^https?:/.test(text) && URL.canParse(text)),
    () => 'must be like http://127.0.0.1:8123',
  );

export const kafkaVariables = {
  KAFKA_BROKERS: brokerList({ description: 'host:port of the Kafka brokers, comma separated' }),
  TOPIC_PREFIX: Type.String({
    default: '',
    pattern: '^[A-Za-z0-9._-]*$',
    examples: ['staging.'],
    description: 'before every topic name',
  }),
};

const path = (description: string) => Type.String({ default: '', description });

/** How connections to Kafka are secured (kafka/security-config.ts). */
export const kafkaSecurityVariables = {
  KAFKA_TLS: Type.Enum(['on', 'off'], {
    default: 'off',
    description: 'whether the brokers are reached by TLS',
  }),
  KAFKA_TLS_CA_FILE: path('PEM file of the authorities that sign the brokers’ certificates'),
  KAFKA_TLS_CERT_FILE: path('PEM file of this client’s certificate'),
  KAFKA_TLS_KEY_FILE: path('PEM file of its private key'),
  KAFKA_SASL_MECHANISM: Type.Enum(['', ...PASSWORD_MECHANISMS, 'OAUTHBEARER'], {
    default: '',
    description: 'how this client logs in to Kafka',
  }),
  KAFKA_SASL_USERNAME: Type.String({ default: '' }),
  KAFKA_SASL_PASSWORD: Type.String({ default: '', secret: true }),
  KAFKA_OAUTH_TOKEN_FILE: path('a file with an access token that something else keeps fresh'),
  KAFKA_OAUTH_TOKEN_URL: httpAddress({ default: '', description: 'the endpoint that issues access tokens' }),
  KAFKA_OAUTH_CLIENT_ID: Type.String({ default: '' }),
  KAFKA_OAUTH_CLIENT_SECRET: Type.String({ default: '', secret: true }),
  KAFKA_OAUTH_SCOPE: Type.String({ default: '' }),
};
/** Of every process that runs until it is stopped. */
export const replicationVariables = {
  ON_LOW_REPLICATION: Type.Enum(['warn', 'stop', 'ignore'], {
    default: 'warn',
    description: 'what a process does at its start where the loss of a broker may lose records',
  }),
};

/** How topics are created; existing ones keep what they have. */
export const topicVariables = {
  CALL_PARTITIONS: Type.Integer({
    default: 4,
    minimum: 1,
    maximum: 1_000,
    description: 'partitions of the call topic, when it is created',
  }),
  REPLICATION_FACTOR: Type.Integer({
    default: 1,
    minimum: 1,
    maximum: 100,
    description: 'how many brokers hold each record, in topics that are created',
  }),
  MIN_INSYNC_REPLICAS: Type.Integer({
    default: 1,
    minimum: 1,
    maximum: 100,
    description: 'how many brokers must have a record before it is acknowledged',
  }),
};

/** The addresses of ClickHouse. */
export const clickhouseAddresses = (options: AddressOptions) =>
  Type.Refine(
    Type.String({ ...options }),
    (text) => text === options.default || addressesProblem(text) === undefined,
    (text) => addressesProblem(text) ?? '',
  );

/** A name that needs no quotes in SQL. */
export const clickhouseName = (name: string) =>
  Type.String({ default: name, pattern: '^[A-Za-z_][A-Za-z0-9_]*$', examples: [name] });

const clusterName = (description: string) =>
  Type.String({
    default: '',
    pattern: '^$|^[A-Za-z_][A-Za-z0-9_]*$',
    examples: ['api_credits'],
    description,
  });

export const clickhouseVariables = {
  CLICKHOUSE_URL: clickhouseAddresses({
    description: 'HTTP address of ClickHouse; of a cluster, of every server',
  }),
  CLICKHOUSE_DATABASE: clickhouseName('api_credits'),
  CLICKHOUSE_USER: Type.String({ default: 'default', minLength: 1 }),
  CLICKHOUSE_PASSWORD: Type.String({ default: '', secret: true }),
  CLICKHOUSE_CLUSTER: clusterName('the cluster in remote_servers; without it, one server holds everything'),
  CLICKHOUSE_UNSHARDED_CLUSTER: clusterName(
    'the cluster of one shard that holds what is not sharded; default: CLICKHOUSE_CLUSTER with _unsharded behind',
  ),
  CLICKHOUSE_SHARD_BY: Type.Enum(['org', 'org-hour'], {
    default: 'org',
    description:
      'what stays on one shard: an organisation, or an hour of it; fixed when the tables are created',
  }),
  CLICKHOUSE_REPLICAS: Type.Integer({
    default: 1,
    minimum: 1,
    maximum: 10,
    description:
      'servers of each shard; with more than one the tables are replicated, and inserts need all of them',
  }),
};

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
      'how long after an hour’s end it is sealed; must exceed the difference of the machines’ clocks',
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
