import type { ClickHouseClient } from '../platform/clickhouse/connect.ts';
import type { LeasesAnswer, LeasesRequest } from '../domain/gate/protocol.ts';
import { capAt, gateTermsAt } from '../domain/gate/terms.ts';
import type { SettingsState } from '../domain/settings/state.ts';
import { MINUTE_MS } from '../schemas/time-units.ts';
import { Account, type AccountSources } from './account.ts';
import type { Directory } from './advertised.ts';
import { partitionOfOrg } from './lease-log.ts';
import type { Limit } from './limit.ts';
import type { Ownership } from './ownership.ts';
import { GateProblem, noSubscription } from './problems.ts';
import type { LoggedLease } from './restoring.ts';

export interface AccountsOptions extends AccountSources {
  readonly client: ClickHouseClient;
  readonly ownership: () => Ownership;
  readonly directory: Directory;
  /** Where this gate is reached. */
  readonly url: string;
  /** Throws where the settings could not be read lately. */
  readonly settings: () => SettingsState;
}

/** A limit that no holder has asked about for so long is not read. */
const ACTIVE_FOR_MS = MINUTE_MS / 2;
const READ_EVERY_MS = 5_000;
const READ_SCARCE_EVERY_MS = 500;
const SCARCE_PART = 10;
const READS_AT_ONCE = 4;

/** The subscriptions of the organisations that this gate owns. */
export class Accounts {
  readonly #options: AccountsOptions;
  readonly #accounts = new Map<string, Account>();
  readonly tally = { answered: 0, failed: 0 };

  constructor(options: AccountsOptions) {
    this.#options = options;
  }

  owned(_partition: number, leases: readonly LoggedLease[]): void {
    for (const lease of leases) this.#account(lease.key.orgId, lease.key.product).restore(lease);
  }

  lost(partition: number): void {
    for (const [key, { orgId }] of this.#accounts) {
      if (partitionOfOrg(orgId) === partition) this.#accounts.delete(key);
    }
  }

  /** @throws GateProblem: `other-gate` with its address, `no-subscription`, `unavailable` */
  async renew(request: LeasesRequest): Promise<LeasesAnswer> {
    try {
      const answer = await this.#renew(request);
      this.tally.answered += 1;
      return answer;
    } catch (error) {
      // The others are answers, too.
      if (!(error instanceof GateProblem) || error.code === 'unavailable') this.tally.failed += 1;
      throw error;
    }
  }

  async #renew(request: LeasesRequest): Promise<LeasesAnswer> {
    const { org_id: orgId, product } = request;
    const partition = partitionOfOrg(orgId);
    const token = this.#options.ownership().tokenOf(partition);
    if (token === undefined) throw await this.#elsewhere(partition);
    const { timing, now } = this.#options;
    const settings = this.#options.settings();
    const terms = gateTermsAt(settings, orgId, product, now(), timing.leaseMs);
    const org = settings.history(orgId);
    if (terms === undefined || org === undefined) throw noSubscription(orgId, product);
    const answer = await this.#account(orgId, product)
      .renew(request, terms, terms.cap && { org, product, catalogues: settings.catalogues, cap: terms.cap })
      .catch((error: unknown) => {
        this.#options.logger.warn({ err: error, org_id: orgId }, 'no credits granted');
        throw unavailable('Kafka or ClickHouse does not answer.', error);
      });
    // Another gate may own the organisation by now: then what was granted is in the log, and not in this answer.
    if (this.#options.ownership().tokenOf(partition) !== token) throw await this.#elsewhere(partition);
    return answer;
  }

  /** Reads what is due, a few at a time. Never rejects. */
  async read(): Promise<void> {
    const due = this.#dueLimits();
    const next = async (): Promise<void> => {
      for (let limit = due.shift(); limit !== undefined; limit = due.shift()) {
        await limit.read().catch((error: unknown) => {
          this.#options.logger.warn({ err: error }, 'used credits not read; trying again');
        });
      }
    };
    await Promise.all(Array.from({ length: READS_AT_ONCE }, next));
  }

  /** @throws GateProblem `unavailable` where the settings cannot be read: what a cap may count is not forgotten */
  forget(): void {
    const settings = this.#options.settings();
    const now = this.#options.now();
    for (const [key, account] of this.#accounts) {
      const { orgId, product } = account;
      account.forget(now, capAt(settings.guards(orgId), product, now) !== undefined);
      if (account.isEmpty && !this.#isActive(account)) this.#accounts.delete(key);
    }
  }

  get hasLeases(): boolean {
    return this.#limitsOf([...this.#accounts.values()]).some(({ ledger }) => ledger.leases.size > 0);
  }

  /** For metrics. */
  totals(): { readonly accounts: number; readonly leases: number; readonly held: number } {
    const limits = this.#limitsOf([...this.#accounts.values()]);
    return {
      accounts: this.#accounts.size,
      leases: limits.reduce((sum, { ledger }) => sum + ledger.leases.size, 0),
      held: limits.reduce((sum, { ledger }) => sum + ledger.state(this.#options.now()).held, 0),
    };
  }

  #dueLimits(): Limit[] {
    const now = this.#options.uptime();
    const active = [...this.#accounts.values()].filter((account) => this.#isActive(account));
    return this.#limitsOf(active).filter(({ ledger, readAt }) => {
      const { total, available } = ledger.state(this.#options.now());
      return now - readAt >= (available < total / SCARCE_PART ? READ_SCARCE_EVERY_MS : READ_EVERY_MS);
    });
  }

  #limitsOf(accounts: readonly Account[]): Limit[] {
    const limits: Limit[] = [];
    for (const account of accounts) limits.push(...account.limits);
    return limits;
  }

  #isActive({ askedAt }: Account): boolean {
    return this.#options.uptime() - askedAt < ACTIVE_FOR_MS;
  }

  #account(orgId: string, product: string): Account {
    const key = JSON.stringify([orgId, product]);
    const known = this.#accounts.get(key);
    if (known) return known;
    const made = new Account(orgId, product, this.#options);
    this.#accounts.set(key, made);
    return made;
  }

  async #elsewhere(partition: number): Promise<GateProblem> {
    const url = await this.#options.directory.urlOf(partition);
    if (url === undefined || url === this.#options.url) {
      return unavailable(
        'The gate of this organisation is starting: it waits until its predecessor grants no more.',
      );
    }
    return new GateProblem('other-gate', `Ask ${url}.`, { more: { gate_url: url } });
  }
}

const unavailable = (detail: string, cause?: unknown): GateProblem =>
  new GateProblem('unavailable', detail, { cause, headers: { 'retry-after': '1' } });
