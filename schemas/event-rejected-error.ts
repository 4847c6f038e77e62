import type { Reason } from './event-rules.ts';

/** Why a publisher's event is rejected: a rule of domain.md, or a limit of publishing: the input's shape, its size. */
export type RejectionReason = Reason | 'shape' | 'too-large';

/** The event breaks a rule, and was not sent. Correct it: publishing it again unchanged fails again. */
export class EventRejectedError extends Error {
  readonly code = 'EVENT_REJECTED';
  readonly reason: RejectionReason;
  /** What is wrong, without what to do about it. */
  readonly detail: string;
  constructor(reason: RejectionReason, detail: string) {
    super(`The event was rejected (${reason}): ${detail}. Correct it and publish it again.`);
    this.name = 'EventRejectedError';
    this.reason = reason;
    this.detail = detail;
  }
}
