import type { EventLimits } from '../../schemas/event-validation.ts';
import type { PublisherLimits } from '../publisher-contract.ts';
import type { PublisherTracer } from '../tracer.ts';
import type { Transport } from '../transport.ts';
import type { CreateFile } from './append-file.ts';
import type { SpoolLogger } from './spool-log.ts';
import type { SpoolOptions } from './spool-options.ts';

export interface SpooledPublisherOptions extends Required<PublisherLimits> {
  readonly spool: SpoolOptions;
  readonly limits: EventLimits;
  readonly transport: Transport;
  readonly now: () => number;
  readonly random: (bytes: number) => Uint8Array;
  readonly retryMs: number;
  readonly maxRetryMs: number;
  readonly closeDeadlineMs: number;
  readonly logger?: SpoolLogger | undefined;
  readonly tracer?: PublisherTracer | undefined;
  /** Tests let files fail. */
  readonly createFile?: CreateFile | undefined;
}
