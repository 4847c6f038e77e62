import { connectKafka, ensureTopics } from '../../platform/kafka/connect.ts';
import { createLogger } from '../../platform/logging.ts';
import { topicNames } from '../../schemas/topics.ts';
import type { Claims } from '../../api/auth/tokens.ts';
import { startConsumer } from '../consumers/consumer-process.ts';
import { openApi, type Answer, type ApiUnderTest } from './api-under-test.ts';

/** The API on real servers, with a consumer that lands its records. It uses the machine's clock, as Kafka does. */
export interface WritableApi extends ApiUnderTest {
  /** Sends a request with a body; its status must be below 300. */
  write(method: 'POST' | 'PUT' | 'PATCH', path: string, body: object, claims?: Claims): Promise<Answer>;
}

export const PLATFORM: Claims = { role: 'platform', sub: 'petra' };

/** As openApi. Settings must be written through it: rows inserted into the table have other offsets. */
export async function openWritableApi(
  suite: string,
  unknownOrgs: 'none' | 'local' = 'none',
): Promise<WritableApi> {
  const api = await openApi(suite, Date.now(), unknownOrgs);
  Object.defineProperty(api.clock, 'now', { get: Date.now });
  const { settings } = api.namespace;
  const kafka = connectKafka(settings, `test-${suite}`, createLogger(suite, 'fatal'));
  await ensureTopics(kafka, topicNames(settings.TOPIC_PREFIX), 1);
  const consumer = startConsumer(settings);
  return {
    ...api,
    async write(method, path, body, claims = PLATFORM) {
      const answer = await api.send(path, { method, body, claims });
      if (answer.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`);
      return answer;
    },
    async close() {
      await consumer.stop();
      await api.close();
      await api.namespace.drop();
    },
  };
}
