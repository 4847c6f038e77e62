import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin, ITopicConfig, Kafka as KafkaClient } from 'kafkajs';
import { Kafka, logLevel } from './kafkajs.ts';
import { topicDefinitions, type Replication, type Topics } from '../../schemas/topics.ts';
import { stopIdleTimers } from './kafkajs-idle.ts';
import { kafkaLogCreator, type KafkaLogger } from './log-creator.ts';
import { saslMechanism } from './sasl.ts';
import { ENVIRONMENT_NAMES, type KafkaSecurity } from './security.ts';
import { socketFactory } from './socket.ts';

/** What connects to Kafka. */
export interface KafkaConfig {
  /** `host:port,...` */
  readonly KAFKA_BROKERS: string;
  /** Default: plain and anonymous. */
  readonly kafkaSecurity?: KafkaSecurity;
}

const openSockets = new WeakMap<object, ReadonlySet<Socket>>();
const WITHOUT_END = Number.MAX_SAFE_INTEGER;
const CONNECT_TIMEOUT_MS = 3_000;
const REQUEST_TIMEOUT_MS = 30_000;

/**
 * Opens the client of a Kafka cluster; everything connects through this function.
 * @param clientId names the process in the brokers' logs
 * @param retries how often kafkajs repeats a failed request. By default it never gives up: a broker may be unavailable
 *   for minutes, or reject a password until it is corrected, and the processes wait for it. Pass a small number where
 *   the caller retries by itself or has a deadline, as kafkajs offers no other way to interrupt a request. A rejected
 *   login is not repeated then.
 * @param requestTimeoutMs how long an answer may take
 */
export function connectKafka(
  config: KafkaConfig,
  clientId: string,
  logger: KafkaLogger,
  retries = WITHOUT_END,
  requestTimeoutMs = REQUEST_TIMEOUT_MS,
): KafkaClient {
  stopIdleTimers();
  const security = config.kafkaSecurity ?? { names: ENVIRONMENT_NAMES };
  const { sasl } = security;
  const sockets = new Set<Socket>();
  const kafka = new Kafka({
    clientId,
    brokers: brokersOf(config),
    logLevel: logLevel.INFO,
    logCreator: kafkaLogCreator(logger),
    connectionTimeout: CONNECT_TIMEOUT_MS,
    requestTimeout: requestTimeoutMs,
    retry: { initialRetryTime: 200, maxRetryTime: 5_000, retries },
    socketFactory: socketFactory(security, sockets),
    ...(sasl && { sasl: saslMechanism({ ...security, sasl }, retries === WITHOUT_END) }),
  });
  openSockets.set(kafka, sockets);
  return kafka;
}

/**
 * Ends the connections of a client at once, so that whatever waits for an answer fails: kafkajs itself waits for answers
 * before it closes a connection, up to the request timeout where a broker has vanished.
 * @param kafka from connectKafka
 */
export function hangUp(kafka: object): void {
  for (const socket of openSockets.get(kafka) ?? []) socket.destroy(new Error('the client was closed'));
}

/** The addresses in KAFKA_BROKERS. */
export const brokersOf = ({ KAFKA_BROKERS }: KafkaConfig): string[] =>
  KAFKA_BROKERS.split(',').map((broker) => broker.trim());

/**
 * Creates the missing topics and leaves the existing ones unchanged.
 * @param partitions of the call topic
 * @param replication of the topics it creates; the brokers' default if not given
 * @param deadLetterDays how long a topic of dead letters that it creates keeps them
 * @returns the names of the topics it created
 */
export async function ensureTopics(
  kafka: KafkaClient,
  topics: Topics,
  partitions: number,
  replication?: Replication,
  deadLetterDays?: number,
): Promise<string[]> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const existing = new Set(await admin.listTopics());
    const missing = topicDefinitions(topics, partitions, replication, deadLetterDays).filter(
      ({ topic }) => !existing.has(topic),
    );
    await createTopics(admin, missing);
    return missing.map(({ topic }) => topic);
  } finally {
    await admin.disconnect();
  }
}

const USABLE_WITHIN_MS = 30_000;

/**
 * Creates topics and waits until they can be used. For a moment after the creation, a KRaft broker may not know the
 * topic yet, or may name itself the leader of a partition that it does not host yet. kafkajs does not retry these errors
 * everywhere: its own waitForLeaders fails on the first, fetchTopicOffsets on the second (observed on a busy machine).
 * @throws kafkajs's last error where a topic cannot be used after 30 s
 */
export async function createTopics(admin: Admin, definitions: readonly ITopicConfig[]): Promise<void> {
  if (definitions.length === 0) return;
  const topics = definitions.map(({ topic }) => topic);
  await admin.createTopics({ topics: [...definitions], waitForLeaders: false });
  const deadline = performance.now() + USABLE_WITHIN_MS;
  for (;;) {
    try {
      await admin.fetchTopicMetadata({ topics });
      for (const topic of topics) await admin.fetchTopicOffsets(topic);
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await sleep(100);
    }
  }
}
