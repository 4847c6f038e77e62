import { FUTURE_LIMIT_MS, LATENESS_LIMIT_MS, NOTHING_DROPPED } from '../schemas/event-rules.ts';
import type { EventLimits } from '../schemas/event-validation.ts';
import { MAX_EVENT_BYTES } from '../schemas/prepared-event.ts';
import { pooled } from '../platform/random-pool.ts';
import { BufferedPublisher } from './buffered-publisher.ts';
import type { Publisher, PublisherLimits } from './publisher-contract.ts';
import type { SpoolLogger } from './spool/spool-log.ts';
import type { SpoolOptions } from './spool/spool-options.ts';
import { SpooledPublisher } from './spool/spooled-publisher.ts';
import type { PublisherTracer } from './tracer.ts';
import type { Transport } from './transport.ts';

export interface PublisherOptions extends PublisherLimits {
  readonly transport: Transport;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Returns that many random bytes, for event ids: crypto.randomBytes. */
  readonly random: (bytes: number) => Uint8Array;
  readonly logger?: SpoolLogger;
  /** Traces sampled events. Those of a spool keep their trace on the disk. */
  readonly tracer?: PublisherTracer | undefined;
  /** Events wait for Kafka on the disk instead of in memory. */
  readonly spool?: SpoolOptions;
}

const DEFAULTS = {
  futureLimitMs: FUTURE_LIMIT_MS,
  latenessLimitMs: LATENESS_LIMIT_MS,
  lingerMs: 5,
  maxBatchRecords: 5_000,
  maxBatchBytes: 512 * 1024,
  maxBufferedRecords: 100_000,
  maxBufferedBytes: 64 * 1024 * 1024,
  maxEventBytes: MAX_EVENT_BYTES,
  retryMs: 100,
  maxRetryMs: 5_000,
  closeDeadlineMs: 30_000,
};

/**
 * The publishing SDK. It connects when the first event is published.
 * @throws RangeError if the bounds contradict each other, InvalidSpoolOptionsError
 */
export function createPublisher(options: PublisherOptions): Publisher {
  const given = { ...DEFAULTS, ...options };
  checkBounds(given);
  const complete = { ...given, limits: eventLimits(given), random: pooled(options.random) };
  const { spool } = options;
  if (!spool) return new BufferedPublisher(complete);
  return new SpooledPublisher({
    ...complete,
    spool,
    // Events have lingered already, to share an fsync.
    lingerMs: options.lingerMs ?? 0,
  });
}

function checkBounds({ maxBufferedRecords, maxBufferedBytes, maxEventBytes }: typeof DEFAULTS): void {
  if (maxBufferedRecords < 1 || maxBufferedBytes < maxEventBytes) {
    throw new RangeError(
      'Set maxBufferedRecords to at least 1 and maxBufferedBytes to at least maxEventBytes.',
    );
  }
}

/** Only the consumers know what retention has dropped. */
function eventLimits({ futureLimitMs, latenessLimitMs }: typeof DEFAULTS): EventLimits {
  return { ...NOTHING_DROPPED, futureMs: futureLimitMs, latenessMs: latenessLimitMs };
}
