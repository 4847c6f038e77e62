import { existsSync, readFileSync } from 'node:fs';
import type { Call } from '../traffic.ts';
import { UNLEASED } from './gated-orgs.ts';
import type { LimitedCall } from './kept.ts';

/** The events that Kafka acknowledged to an API server. @param file that gated-api.ts appends to */
export function readAcknowledged(file: string): Call[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

export const limitedCall = ({
  org_id: org,
  user_id: user,
  app_id: app,
  occurred_at: at,
  credits,
  module,
}: Call): LimitedCall => ({ org, user, app, at, credits, isUnleased: module === UNLEASED });
