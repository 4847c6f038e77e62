import type { SettingsRecorder } from '../store/settings/recorder.ts';
import type { Registry } from 'prom-client';
import type { ClickHouseClient } from '../platform/clickhouse/connect.ts';

import type { Logger } from '../platform/logging.ts';
import type { AlertRequests } from '../store/alerts/requests.ts';
import type { DeadLetterTool } from '../store/dead-letters/tool.ts';
import type { Catalogues } from '../domain/catalogues/catalogues.ts';
import type { Guards } from '../domain/settings/guard-keys.ts';
import type { OrgHistory } from '../domain/settings/org-history.ts';
import type { Topics } from '../schemas/topics.ts';
import type { SharedBasis } from '../store/usage/shared-basis.ts';
import type { Tracing } from '../platform/tracing/tracing.ts';
import type { VerifyToken } from './auth/tokens.ts';
import type { TimeLimits } from '../schemas/event-validation.ts';
import type { EventPublisher } from './events/event-publisher.ts';
import type { LocalSignIn } from './dashboard/local-sign-in.ts';
import type { SignIn } from './sign-in/sign-in.ts';
import type { WaveLimits } from '../domain/invalid-wave.ts';
import type { ClosingDelays } from '../domain/closing/when-to-close.ts';

/** All settings as of one moment: an answer is computed from one such state. */
export interface Settings {
  /** Undefined for an unknown org. */
  history(orgId: string): OrgHistory | undefined;
  /** Budgets, teams, caps and what the gate does, each with its history. */
  guards(orgId: string): Guards;
  /** Whether nothing is recorded about the org, so that its settings are assumed (UNKNOWN_ORGS). */
  isAssumed(orgId: string): boolean;
  readonly catalogues: Catalogues;
}

/** What the routes read from. Tests pass in their own clock, settings and servers. */
export interface Sources {
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly clickhouse: ClickHouseClient;
  /** Of the connection of current usage and the topic of the calls. */
  readonly bases: Pick<SharedBasis, 'read'>;
  /** Refreshed for every answer, so that a change shows in the next one: see store/settings/. */
  readonly settings: Pick<SettingsRecorder, 'refresh' | 'known' | 'record' | 'outcomesOf'>;
  readonly topics: Topics;
  /** The aggregator's delays of sealing and closing: they decide which days are open, and what is overdue. */
  readonly timing: ClosingDelays;
  /** From when on invalid records are an alert. */
  readonly waveLimits: WaveLimits;
}

export interface ApiDependencies extends Sources {
  /** A connection of its own for current usage and what it goes by, so that it never waits behind reports. */
  readonly clickhouseForCurrentUsage: ClickHouseClient;
  /** A connection of their own for probes and metrics, so that they never wait behind other queries. */
  readonly clickhouseForProbes: ClickHouseClient;
  /** A connection of their own for files that are larger than an answer. */
  readonly clickhouseForDownloads: ClickHouseClient;
  /** The consumers' SOURCE_RETENTION_DAYS: how long the source addresses of calls are kept. */
  readonly sourceRetentionDays: number;
  /** Validates dead letters as the consumers do, and replays them. */
  readonly deadLetters: Pick<DeadLetterTool, 'validator' | 'replayer'>;
  /** Records tests and replays of deliveries, and that alerts were read. */
  readonly alertRequests: Pick<AlertRequests, 'append'>;
  /** The key that webhooks’ secrets are derived from, '' for none, and whether they may go anywhere. */
  readonly webhooks: { readonly key: string; readonly isAnyTarget: boolean };
  /** Publishes the events of POST /v1/events. */
  readonly events: Pick<EventPublisher, 'publish'>;
  /** Where traces go on that come with events; undefined where none are exported. */
  readonly tracing?: Pick<Tracing, 'newSpanId' | 'ended'> | undefined;
  /** The consumers' values: an event that is accepted must count. */
  readonly eventTimeLimits: TimeLimits;
  readonly logger: Logger;
  readonly verifyToken: VerifyToken;
  readonly newRequestId: () => string;
  /** The id of a settings change without an Idempotency-Key, or of a replay of dead letters: unique among all. */
  readonly newChangeId: () => string;
  /** Requests of one token's subject, or of one address without a token. */
  readonly rateLimitPerMinute: number;
  /** The registry of /metrics; two APIs in one process would share the library's global one. */
  readonly metrics: Registry;
  /** Who issues statements, as printed on them. */
  readonly statementIssuer: string;
  /** The proxies whose X-Forwarded-For is believed; none by default. */
  readonly trustedProxies?: readonly string[];
  /** Lets its user choose a role; only on a developer's own machine. */
  readonly localSignIn?: LocalSignIn | undefined;
  /** Signs people in with an identity provider. */
  readonly signIn?: SignIn | undefined;
}
