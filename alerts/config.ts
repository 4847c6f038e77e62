import { Type } from 'typebox';
import { ConfigError, type Environment } from '../platform/config.ts';
import { readKafkaConfig } from '../platform/kafka/config.ts';
import { healthVariables } from '../platform/health/variables.ts';
import { clickhouseVariables } from '../platform/clickhouse/variables.ts';
import { kafkaVariables, replicationVariables } from '../platform/kafka/variables.ts';
import {
  closingVariables,
  eventTimeVariables,
  orgVariables,
  processVariables,
  webhookVariables,
} from '../platform/variables.ts';

/** The environment variables of the process that decides and delivers alerts. */
export const alertsVariables = {
  ...kafkaVariables,
  ...clickhouseVariables,
  ...processVariables,
  ...healthVariables,
  ...replicationVariables,
  ...orgVariables,
  ...webhookVariables,
  ...closingVariables,
  FUTURE_LIMIT_MS: eventTimeVariables.FUTURE_LIMIT_MS,
  SMTP_URL: Type.Refine(
    Type.String({ default: '', secret: true, description: 'the mail server; without it there is no mail' }),
    (text) => text === '' || (URL.canParse(text) && /^smtps?:$/.test(new URL(text).protocol)),
    () => 'must be like smtp://user:password@mail.example.org:587',
  ),
  MAIL_FROM: Type.String({ default: '', maxLength: 254, description: 'the sender of mails' }),
  LOG_LANDED_TIMEOUT_MS: Type.Integer({
    default: 30_000,
    minimum: 1_000,
    description:
      'how long acknowledged decisions may take to land before the tick fails and the next one retries',
  }),
  TICK_MS: Type.Integer({
    default: 250,
    minimum: 50,
    maximum: 10_000,
    description: 'from one look at what has landed to the next',
  }),
};

/** @throws ConfigError with every problem at once */
export function readAlertsConfig(env: Environment) {
  const config = readKafkaConfig(env, alertsVariables);
  assertMail(config);
  return config;
}

function assertMail(config: { readonly SMTP_URL: string; readonly MAIL_FROM: string }): void {
  if (config.SMTP_URL === '' || config.MAIL_FROM !== '') return;
  throw new ConfigError(['SMTP_URL needs MAIL_FROM: set the sender’s address']);
}
