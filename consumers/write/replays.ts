import type { DeadLetterReason, Place } from '../../schemas/dead-letter.ts';

/** A record that replayed a dead letter, and what became of it. */
export interface LandedReplay extends Place {
  readonly of: Place;
  /** The id of the request that replayed it. */
  readonly replay: string;
  /** Why the record is quarantined; undefined where its event counts. */
  readonly reason: DeadLetterReason | undefined;
  readonly appendedAtMs: number;
}

/** A row of dead_letter_replays. */
export function replayRow({ of, replay, topic, partition, offset, reason, appendedAtMs }: LandedReplay) {
  return {
    of_topic: of.topic,
    of_partition: of.partition,
    of_offset: of.offset,
    topic,
    partition,
    offset,
    reason: reason ?? '',
    replay,
    appended_at: new Date(appendedAtMs).toISOString(),
  };
}
