import { Type } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { connectKafka, type KafkaConfig } from '../../platform/kafka/connect.ts';
import { openLandedLog } from '../../platform/landed-log.ts';
import type { Logger } from '../../platform/logging.ts';
import { encodeAlertRecord, type AlertRecord } from '../../schemas/alert-record.ts';
import { topicNames } from '../../schemas/topics.ts';

/** An organisation has requested as many tests and replays in the last hour as are allowed. */
export class TooManyRequestsError extends Error {
  readonly code = 'TOO_MANY_ALERT_REQUESTS';
  readonly retryAfterS = RETRY_AFTER_S;
  constructor() {
    super(
      `${MOST_AN_HOUR} tests, replays and read alerts were recorded within an hour, the most that are allowed: ` +
        'nothing was recorded. Try again in some minutes.',
    );
    this.name = 'TooManyRequestsError';
  }
}

/** D: the log keeps each of them forever. */
const MOST_AN_HOUR = 1_000;
const RETRY_AFTER_S = 300;

/** What people request about alerts: tests, replays, and that they have read them. */
export interface AlertRequests {
  /**
   * Records a request and returns once it has landed.
   * @throws TooManyRequestsError, the errors of LandedLog.append
   */
  append(record: AlertRecord): Promise<void>;
  close(): Promise<void>;
}

/** Few, so that a waiting user learns soon that Kafka is unavailable. */
const KAFKA_RETRIES = 2;
const CountRow = Type.Object({ requests: Type.Integer() });

/** Connects to Kafka at the first request. @param client a read-only one is enough */
export function openAlertRequests(
  config: KafkaConfig & { readonly TOPIC_PREFIX: string },
  client: ClickHouseClient,
  given: { readonly clientId: string; readonly logger: Logger; readonly timeoutMs: number },
): AlertRequests {
  const kafka = connectKafka(config, given.clientId, given.logger, KAFKA_RETRIES);
  const log = openLandedLog(kafka, client, topicNames(config.TOPIC_PREFIX).alerts, given.timeoutMs);
  return {
    async append(record) {
      const [row] = await select(
        client,
        CountRow,
        `SELECT count() AS requests FROM alert_log WHERE org_id = {org:String} AND kind IN ('test', 'replay', 'read')
           AND alert_log.appended_at >= now64(3) - INTERVAL 1 HOUR`,
        { org: record.org_id },
      );
      if ((row?.requests ?? 0) >= MOST_AN_HOUR) throw new TooManyRequestsError();
      await log.append([{ key: record.org_id, value: encodeAlertRecord(record) }]);
    },
    close: () => log.close(),
  };
}
