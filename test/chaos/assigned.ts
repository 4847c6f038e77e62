import { attemptWithAdmin } from './broker-reads.ts';

/** The default of CONSUMER_GROUP. */
const GROUP = 'landing';

/**
 * Whether the group that lands calls is at rest, with so many members.
 * @param variables of the stack
 * @returns false also where no broker answers
 */
export async function areConsumersAssigned(
  { KAFKA_BROKERS = '', TOPIC_PREFIX = '' }: Readonly<Record<string, string>>,
  consumers: number,
): Promise<boolean> {
  const described = await attemptWithAdmin(KAFKA_BROKERS, (admin) =>
    admin.describeGroups([`${TOPIC_PREFIX}${GROUP}`]),
  );
  const group = described?.groups[0];
  return group?.state === 'Stable' && group.members.length >= consumers;
}
