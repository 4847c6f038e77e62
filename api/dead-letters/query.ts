import { Type, type Static } from 'typebox';
import { DEAD_LETTER_REASONS } from '../../schemas/dead-letter.ts';
import { DEAD_LETTER_STATES } from '../../store/dead-letters/dead-letter.ts';
import type { DeadLetterFilters } from '../../store/dead-letters/filters.ts';
import { InstantParameter, instantOf } from '../parameters/instant.ts';
import { Name } from '../parameters/org.ts';
import { checkInstantOrder } from '../parameters/range.ts';

export const Topic = Type.String({
  pattern: '^[A-Za-z0-9._-]{1,249}$',
  description: 'a topic of Kafka, such as api-calls',
});
export const Partition = Type.Integer({ minimum: 0, maximum: 65_535, description: 'of the topic' });

/** The filters of every list of dead letters. */
export const filterProperties = {
  reason: Type.Optional(
    Type.Enum(Object.keys(DEAD_LETTER_REASONS), { description: 'only those quarantined for this reason' }),
  ),
  org: Type.Optional(Name('only those of this organisation: of the event, or the record’s key')),
  topic: Type.Optional(Topic),
  partition: Type.Optional(Partition),
  from: Type.Optional(InstantParameter('only those that Kafka appended from this instant on')),
  to: Type.Optional(InstantParameter('only those that Kafka appended before this instant')),
};
const FilterQuery = Type.Object(filterProperties);

/** Filters of a list that shows what became of the dead letters. */
export const stateProperties = {
  state: Type.Optional(
    Type.Enum([...DEAD_LETTER_STATES], {
      description: 'open, or what became of the replays: counted, quarantined-again',
    }),
  ),
  replay: Type.Optional(
    Type.String({ minLength: 1, maxLength: 64, description: 'only those that this request replayed last' }),
  ),
};
const StateQuery = Type.Object(stateProperties);

/** Throws the Problem `invalid-request` for an instant or a range that is none. */
export function filtersOf({
  from: fromText,
  to: toText,
  ...others
}: Static<typeof FilterQuery> & Static<typeof StateQuery>): DeadLetterFilters {
  const from = fromText === undefined ? undefined : instantOf('from', fromText);
  const to = toText === undefined ? undefined : instantOf('to', toText);
  if (from !== undefined && to !== undefined) checkInstantOrder(from, to);
  const { reason, org, topic, partition, state, replay } = others;
  return { reason, org, topic, partition, from, to, state, replay };
}
