import { Type } from 'typebox';
import { httpAddress, type AddressOptions } from '../variables.ts';
import { PASSWORD_MECHANISMS } from './security.ts';

/** kafkajs splits at the first colon, so an IPv6 address needs a name. */
const BROKER = String.raw`\s*[^\s:,]+:\d{1,5}\s*`;

/** `host:port,...` */
export const brokerList = (options: AddressOptions) =>
  Type.String({
    ...options,
    pattern: `${options.default === '' ? '^$|' : ''}^${BROKER}(,${BROKER})*$`,
    examples: ['127.0.0.1:9092,127.0.0.1:9093'],
  });

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
