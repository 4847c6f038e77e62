import type { Admin, Kafka } from 'kafkajs';
import type { Logger } from '../../platform/logging.ts';

import { Commits } from './commits.ts';
import type { Counters } from '../counters.ts';
import { Fetcher, type FetchSettings } from './fetcher.ts';
import { readCommitted, readUntilKnown } from './committed-offsets.ts';
import { LandingProgress } from './landing-progress.ts';
import type { RetryUntilSuccess } from '../retry.ts';
import type { LandedRange } from './landed-range.ts';

/** One topic as this process sees it: its records, how far they have landed, and what is committed. */
export class Source {
  readonly topic: string;
  readonly progress = new LandingProgress();
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
      this.progress.assigned(generation, assigned);
      const isWanted = (): boolean => generation === this.fetcher.generation;
      readUntilKnown(retryUntilSuccess, () => readCommitted(admin, settings), isWanted).then(
        (next) =>
          next?.forEach((offset, partition) => this.progress.committed(generation, partition, offset)),
        onCrash,
      );
    };
    this.fetcher = new Fetcher(kafka, settings, onAssigned, onCrash, logger);
    this.commits = new Commits(this.fetcher, counters, logger);
  }

  onTaken = (range: LandedRange): void => this.progress.taken(range);

  onLanded = (ranges: readonly LandedRange[]): void => {
    for (const range of ranges) this.progress.landed(range);
  };

  /** Never rejects. */
  commit = (ranges: readonly LandedRange[]): Promise<void> => this.commits.commit(ranges);
}
