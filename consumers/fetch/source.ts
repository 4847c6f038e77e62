import type { Admin, Kafka } from 'kafkajs';
import type { Logger } from '../../platform/logging.ts';

import { Commits } from './commits.ts';
import type { Counters } from '../counters.ts';
import { Fetcher, type FetchSettings } from './fetcher.ts';
import { readCommitted, untilKnown } from './committed-offsets.ts';
import { LandedState } from './partition-progress.ts';
import type { RetryUntilSuccess } from '../retry.ts';
import type { LandedRange } from './landed-range.ts';

/** One topic as this process sees it: where records come from, how far they have landed, what is committed. */
export class Source {
  readonly topic: string;
  readonly state = new LandedState();
  readonly fetcher: Fetcher;
  readonly commits: Commits;

  /** @param admin connected. @param onCrash see Fetcher. */
  constructor(
    kafka: Kafka,
    admin: Admin,
    settings: FetchSettings,
    retryUntilSuccess: RetryUntilSuccess,
    counters: Counters,
    onCrash: (error: Error) => void,
    logger: Logger,
  ) {
    this.topic = settings.topic;
    const onAssigned = () => {
      const { generation, assigned } = this.fetcher;
      this.state.assigned(generation, assigned);
      const isWanted = (): boolean => generation === this.fetcher.generation;
      untilKnown(retryUntilSuccess, () => readCommitted(admin, settings), isWanted).then(
        (next) => next?.forEach((offset, partition) => this.state.committed(generation, partition, offset)),
        onCrash,
      );
    };
    this.fetcher = new Fetcher(kafka, settings, onAssigned, onCrash, logger);
    this.commits = new Commits(this.fetcher, counters, logger);
  }

  onTaken = (range: LandedRange): void => this.state.taken(range);

  /** Never rejects. */
  onLanded = async (ranges: readonly LandedRange[]): Promise<void> => {
    for (const range of ranges) this.state.landed(range);
    await this.commits.commit(ranges);
  };
}
