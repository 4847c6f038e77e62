import type { DeadLetter } from './dead-letter.ts';

/** Why a dead letter would not count. */
export interface Obstacle {
  /** One of DEAD_LETTER_REASONS, or `not-a-call`, `no-bytes`, `cut`, `not-checked`. */
  readonly reason: string;
  readonly detail: string;
}

/**
 * Why a dead letter cannot be replayed, whatever is in it.
 * @param callsTopic the only topic whose records may be published again: the order of the others decides
 * @returns undefined where its original bytes are there, whole, and of a call
 */
export function replayObstacle({ topic, bytes }: DeadLetter, callsTopic: string): Obstacle | undefined {
  if (topic !== callsTopic) {
    return { reason: 'not-a-call', detail: `only records of ${callsTopic} can be replayed` };
  }
  if (!bytes) {
    const detail =
      'its bytes are not kept any more (DEAD_LETTER_RETENTION_DAYS), or an earlier release quarantined it';
    return { reason: 'no-bytes', detail };
  }
  return bytes.isCut ? { reason: 'cut', detail: 'its value is larger than what is kept of one' } : undefined;
}
