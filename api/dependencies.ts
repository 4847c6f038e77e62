import type { SettingsRecorder } from '../store/settings/recorder.ts';
import type { Registry } from 'prom-client';
import type { ClickHouseClient } from '../platform/clickhouse/connect.ts';

import type { Logger } from '../platform/logging.ts';
import type { Catalogues } from '../domain/catalogues/catalogues.ts';
import type { OrgHistory } from '../domain/settings/org-history.ts';
import type { Topics } from '../schemas/topics.ts';
import type { VerifyToken } from './auth/tokens.ts';
import type { SignToken } from './dashboard/local-sign-in.ts';
import type { ClosingDelays } from '../domain/closing/when-to-close.ts';

/** All settings as of one moment: what an answer is computed with. */
export interface Settings {
  /** Undefined for an org that nobody told us about. */
  history(orgId: string): OrgHistory | undefined;
  readonly catalogues: Catalogues;
}

/** What the routes read from: passed in, so that tests choose the clock, the settings and the servers. */
export interface Sources {
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly clickhouse: ClickHouseClient;
  /** Read anew for every answer, so that a change shows in the next one: see aggregator/settings/store.ts. */
  readonly settings: Pick<SettingsRecorder, 'refresh' | 'record'>;
  readonly topics: Topics;
  /** When the aggregator seals and closes: what the API calls due and open. */
  readonly timing: ClosingDelays;
}

export interface ApiDependencies extends Sources {
  /** What probes and metrics ask, so that nobody's queries keep them waiting. */
  readonly clickhouseForProbes: ClickHouseClient;
  readonly logger: Logger;
  readonly verifyToken: VerifyToken;
  readonly newRequestId: () => string;
  /** For a change of settings that the caller has not named: unique among all changes. */
  readonly newChangeId: () => string;
  /** Of one token's subject, or of one address without a token. */
  readonly rateLimitPerMinute: number;
  /** Where /metrics are gathered: not the library's global registry, which two APIs of one process would share. */
  readonly metrics: Registry;
  /** Only on a developer's own machine: makes tokens for whoever asks. */
  readonly localSignIn?: SignToken | undefined;
}
