import { formatInstant } from '../../domain/instants.ts';
import { formatPlace } from '../../schemas/dead-letter.ts';
import { explainReason } from './advice.ts';
import { replayedBy, type DeadLetter, type DeadLetterRow } from './dead-letter.ts';

/** A dead letter as answers and exports have it. */
export function deadLetterJson(row: DeadLetterRow) {
  const { topic, partition, offset, reason, detail, org_id, size_bytes, state, replays, replayed_as } = row;
  const of = replayedBy(row);
  return {
    id: formatPlace(row),
    topic,
    partition,
    offset,
    reason,
    rule: explainReason(reason).rule,
    detail,
    org_id,
    size_bytes,
    appended_at: formatInstant(row.appended),
    quarantined_at: formatInstant(row.quarantined),
    state,
    replays,
    replayed_as: replays === 0 ? null : replayJson(replayed_as),
    replay_of: of ? formatPlace(of) : null,
  };
}

/** The replay that counts, else the last one; it is a dead letter of its own if it has a reason. */
function replayJson({ reason, replay, appended, ...place }: DeadLetterRow['replayed_as']) {
  return {
    id: formatPlace(place),
    appended_at: formatInstant(appended),
    replay,
    reason: reason === '' ? null : reason,
  };
}

/** The same with its bytes; null where they are not kept any more, or where the record has none. */
export function deadLetterWithBytesJson(deadLetter: DeadLetter) {
  const { bytes } = deadLetter;
  return {
    ...deadLetterJson(deadLetter),
    has_bytes: bytes !== undefined,
    is_cut: bytes?.isCut ?? false,
    key_base64: bytes?.key?.toString('base64') ?? null,
    value_base64: bytes?.value?.toString('base64') ?? null,
  };
}
