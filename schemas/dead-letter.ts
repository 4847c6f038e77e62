import { REASONS } from './event-rules.ts';

/** Why a record is quarantined: a rule that an event breaks, or what is wrong with a record of a decision log. */
export const DEAD_LETTER_REASONS = {
  ...REASONS,
  'not-a-charge': 'the record is not a charge of a day',
  'charge-after-final': 'the charge was appended after its statement had become final',
  'not-a-settings-change': 'the record is not a change of settings',
  'not-an-alert': 'the record is not a decision about alerts',
} as const;
export type DeadLetterReason = keyof typeof DEAD_LETTER_REASONS;

export const isDeadLetterReason = (text: string): text is DeadLetterReason =>
  Object.hasOwn(DEAD_LETTER_REASONS, text);

/** Where a record was quarantined: it identifies its dead letter. */
export interface Place {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** Kafka's own rule for the names of topics. */
const PLACE = /^([\w.-]{1,249})\/(0|[1-9]\d{0,4})\/(0|[1-9]\d{0,14})$/;
const MAX_PARTITION = 65_535;
/** As many digits as PLACE has. */
export const MAX_OFFSET = 10 ** 15 - 1;

/** A dead letter's id: `topic/partition/offset`. */
export const formatPlace = ({ topic, partition, offset }: Place): string => `${topic}/${partition}/${offset}`;

/** @returns undefined for text that formatPlace does not write */
export function parsePlace(text: string): Place | undefined {
  const [, topic, partition, offset] = PLACE.exec(text) ?? [];
  if (topic === undefined || Number(partition) > MAX_PARTITION) return undefined;
  return { topic, partition: Number(partition), offset: Number(offset) };
}

/** Of a record that replays a dead letter: the dead letter's id, and the id of the request that replayed it. */
export const REPLAY_HEADERS = { of: 'replay_of', replay: 'replay' } as const;
const MAX_REPLAY_BYTES = 64;

/** What a record with these headers replays. @returns undefined if it is not a replay */
export function replayOf(
  headers: ReadonlyMap<string, Buffer | null>,
): { readonly of: Place; readonly replay: string } | undefined {
  const of = parsePlace(headers.get(REPLAY_HEADERS.of)?.toString('utf8') ?? '');
  if (of === undefined) return undefined;
  return { of, replay: headers.get(REPLAY_HEADERS.replay)?.toString('utf8', 0, MAX_REPLAY_BYTES) ?? '' };
}
