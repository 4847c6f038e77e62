import { Type, type Static } from 'typebox';
import { parsePlace, type Place } from '../../schemas/dead-letter.ts';

/**
 * What became of a dead letter: `open` until a replay of it has landed; `counted` where the event of one counts;
 * `quarantined-again` where every replay was quarantined too, as a dead letter of its own.
 */
export const DEAD_LETTER_STATES = ['open', 'counted', 'quarantined-again'] as const;
export type DeadLetterState = (typeof DEAD_LETTER_STATES)[number];

export const DeadLetterRow = Type.Object({
  topic: Type.String(),
  partition: Type.Integer(),
  offset: Type.Integer(),
  /** One of DEAD_LETTER_REASONS, or one of an earlier or later release. */
  reason: Type.String(),
  detail: Type.String(),
  org_id: Type.String(),
  size_bytes: Type.Integer(),
  /** Epoch milliseconds, as all times here. */
  appended: Type.Integer(),
  quarantined: Type.Integer(),
  state: Type.Enum([...DEAD_LETTER_STATES]),
  replays: Type.Integer(),
  /** The place of the dead letter that this one replayed; empty if none. */
  replay_of: Type.String(),
  /** Of the replay that counts, else of the last one. Meaningless without replays. */
  replayed_as: Type.Object({
    topic: Type.String(),
    partition: Type.Integer(),
    offset: Type.Integer(),
    reason: Type.String(),
    replay: Type.String(),
    appended: Type.Integer(),
  }),
});
/** A dead letter without its bytes. */
export type DeadLetterRow = Static<typeof DeadLetterRow>;

/** What `replay_of` names. */
export const replayedBy = ({ replay_of }: DeadLetterRow): Place | undefined => parsePlace(replay_of);

/**
 * The columns of a DeadLetterRow. The replays are few beside the dead letters, and are joined as a whole: a replay whose
 * reason is empty counts.
 */
export const DEAD_LETTERS = `SELECT dead_letter.topic AS topic, dead_letter.partition AS partition, dead_letter.offset AS offset,
    dead_letter.reason AS reason, detail, org_id, size_bytes, toUnixTimestamp64Milli(dead_letter.appended_at) AS appended,
    toUnixTimestamp64Milli(quarantined_at) AS quarantined,
    multiIf(replayed.replays = 0, 'open', replayed.is_counted, 'counted', 'quarantined-again') AS state,
    replayed.replays AS replays, replay_of, replayed.last AS replayed_as
  FROM quarantined AS dead_letter FINAL
  LEFT JOIN (
    SELECT of_topic, of_partition, of_offset, count() AS replays, countIf(replay_row.reason = '') > 0 AS is_counted,
      argMax(
        CAST((replay_row.topic, replay_row.partition, replay_row.offset, replay_row.reason, replay_row.replay,
          toUnixTimestamp64Milli(replay_row.appended_at)),
          'Tuple(topic String, partition UInt16, offset UInt64, reason String, replay String, appended Int64)'),
        (replay_row.reason = '', replay_row.appended_at, replay_row.partition, replay_row.offset)) AS last
    FROM dead_letter_replays AS replay_row FINAL
    GROUP BY of_topic, of_partition, of_offset
  ) AS replayed
  ON replayed.of_topic = dead_letter.topic AND replayed.of_partition = dead_letter.partition
    AND replayed.of_offset = dead_letter.offset`;

/** The bytes of a dead letter, as far as they were kept. */
export interface DeadLetterBytes {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** Whether the value was longer than what was kept. */
  readonly isCut: boolean;
}

/** A dead letter; `bytes` is undefined once retention has dropped them, and where an earlier release quarantined it. */
export interface DeadLetter extends DeadLetterRow {
  readonly bytes: DeadLetterBytes | undefined;
}
