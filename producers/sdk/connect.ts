import { randomBytes } from 'node:crypto';
import { topicNames } from '../../schemas/topics.ts';
import { kafkaTransport } from '../kafka-transport.ts';
import type { Publisher, PublisherLimits } from '../publisher-contract.ts';
import type { SpoolOptions } from '../spool/spool-options.ts';
import { createPublisher as publisherOver } from '../publisher.ts';
import { framed } from './framing.ts';
import type { Framing } from './framing-options.ts';
import type { PublisherSasl, PublisherTls } from './kafka-options.ts';
import type { PublisherTracer } from '../tracer.ts';
import { publisherSecurity } from './kafka-security.ts';

/** Where the publisher and its Kafka client report what they retry. pino's and Fastify's loggers fit, and console. */
export interface PublisherLogger {
  debug(details: object, message: string): void;
  warn(details: object, message: string): void;
  /** For what needs a person, such as a damaged segment of the spool; without it, such lines go to warn. */
  error?(details: object, message: string): void;
}

export interface PublisherOptions extends PublisherLimits {
  /** Kafka brokers to connect to first, as host:port; they name the others. */
  readonly brokers: readonly string[];
  /** Reach the brokers by TLS: true, or the files that it takes. Default: plain. */
  readonly tls?: true | PublisherTls;
  /** How to log in to Kafka. Default: not at all. */
  readonly sasl?: PublisherSasl;
  /** Names the API server in the brokers' logs; default api-credits-publisher. */
  readonly clientId?: string;
  /** Precedes the topics' names, where several stacks share a cluster; default ''. */
  readonly topicPrefix?: string;
  /** Compress batches: a third of the bytes, for more CPU time. Default false. */
  readonly gzip?: boolean;
  /** Frame records for a schema registry, whose address the consumers must have too. Default: single-object encoding. */
  readonly framing?: Framing;
  /** Default: silent. */
  readonly logger?: PublisherLogger;
  /**
   * A tracer of OpenTelemetry: each publish of a sampled trace is a span, and its record carries the trace on to the
   * consumer, also through a spool. Default: none.
   */
  readonly tracer?: PublisherTracer;
  /** Events wait for Kafka on a local disk, where they survive the process. Default: they wait in memory. */
  readonly spool?: SpoolOptions;
}

const SILENT: PublisherLogger = { debug: () => undefined, warn: () => undefined };

/**
 * A publisher of call events to Kafka, one for a process. It connects when the first event is published, and needs the
 * topics `api-calls` and `api-calls.schemas`: it never creates a topic.
 * @throws RangeError if no broker is given, the limits contradict each other, the framing is invalid, or tls or sasl
 *   cannot work: with every problem of those two, and never with a secret; InvalidSpoolOptionsError
 */
export function createPublisher(options: PublisherOptions): Publisher {
  const { brokers, tls, sasl, clientId, topicPrefix, gzip, framing, logger = SILENT, ...limits } = options;
  if (brokers.length === 0) throw new RangeError('Name at least one broker in brokers, as host:port.');
  const topics = topicNames(topicPrefix);
  const transport = kafkaTransport({
    kafka: {
      KAFKA_BROKERS: brokers.join(','),
      kafkaSecurity: publisherSecurity({ brokers, tls, sasl }, Date.now),
    },
    topics,
    clientId: clientId ?? 'api-credits-publisher',
    logger,
    gzip: gzip ?? false,
  });
  return publisherOver({
    ...limits,
    transport: framing ? framed(transport, framing, topics.calls) : transport,
    now: Date.now,
    random: randomBytes,
    logger,
  });
}
