import { connectKafka } from '../../platform/kafka/connect.ts';
import { createLogger } from '../../platform/logging.ts';

/** The default of CONSUMER_GROUP. */
const GROUP = 'landing';
const RETRIES = 1;

/**
 * Whether the group that lands calls is at rest, with so many members.
 * @param variables of the stack
 * @returns false also where no broker answers
 */
export async function areConsumersAssigned(
  { KAFKA_BROKERS = '', TOPIC_PREFIX = '' }: Readonly<Record<string, string>>,
  consumers: number,
): Promise<boolean> {
  const logger = createLogger('chaos', 'silent');
  const admin = connectKafka({ KAFKA_BROKERS }, 'chaos', logger, RETRIES).admin();
  try {
    await admin.connect();
    const [group] = (await admin.describeGroups([`${TOPIC_PREFIX}${GROUP}`])).groups;
    return group?.state === 'Stable' && group.members.length >= consumers;
  } catch {
    return false;
  } finally {
    await admin.disconnect();
  }
}
