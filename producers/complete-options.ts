import type { EventLimits } from '../schemas/event-validation.ts';
import type { PublisherLimits } from './publisher-contract.ts';
import type { SpoolLogger } from './spool/spool-log.ts';
import type { PublisherTracer } from './tracer.ts';
import type { Transport } from './transport.ts';

/** What a publisher is made of, every default filled in. */
export interface CompletePublisherOptions extends Required<PublisherLimits> {
  readonly limits: EventLimits;
  readonly transport: Transport;
  readonly now: () => number;
  readonly random: (bytes: number) => Uint8Array;
  readonly retryMs: number;
  readonly maxRetryMs: number;
  readonly closeDeadlineMs: number;
  readonly logger?: SpoolLogger | undefined;
  readonly tracer?: PublisherTracer | undefined;
}
