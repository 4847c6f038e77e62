import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { HOUR_MS } from '../../schemas/time-units.ts';
import { LastEntries } from '../last-entries.ts';
import type { Basis } from './basis.ts';
import { readCredits, type CreditsRequest, type KnownRollup } from './read-credits.ts';

type Sealed = Pick<Basis, 'sealed' | 'stamp'>;

/** What is known of an organisation. */
interface Known extends Sealed {
  /** When its basis was read first. */
  readonly since: number;
  readonly rollup: KnownRollup;
}

/** A reading that began before its basis was read. */
export interface Begun {
  readonly stamp: string;
  readonly request: CreditsRequest;
  readonly credits: Promise<number[]>;
}

/** D: about 1 KB each, and 8 bytes for an invalidated hour. */
const MAX_ORGS = 2_000;
/** Requests with `at` have ranges of their own. */
const MAX_RANGES = 4;
/** Much less than the day for which equal stamps say something (basis.ts). */
const KNOWN_FOR_MS = HOUR_MS;

/**
 * Reads current usage while its basis is being read, and the rollup once while nothing of it changes.
 *
 * Every figure has all that landed before its request, as if it were read after its basis. A reading that has begun uses
 * the sealed hours of an earlier basis. It counts only where the basis, which is read after the request has arrived, has
 * the same stamp: then no hour was invalidated or sealed again since the earlier one. A call that landed before the
 * request is therefore in the rollup since before the earlier basis, or in an hour that is read from the raw events. For
 * the same reason rows that were read from the rollup since the earlier basis are still right. With another stamp all is
 * read again.
 */
export class CurrentCredits {
  readonly #client: ClickHouseClient;
  readonly #uptime: () => number;
  readonly #known = new LastEntries<string, Known>(MAX_ORGS);

  /** @param uptime milliseconds of a clock that only goes forward */
  constructor(client: ClickHouseClient, uptime: () => number = () => performance.now()) {
    this.#client = client;
    this.#uptime = uptime;
  }

  /** Begins to read by what is known of the organisation; undefined where nothing is. Pass it on to `read`. */
  begin(request: CreditsRequest): Begun | undefined {
    const known = this.#known.get(request.orgId);
    if (!known || this.#uptime() - known.since >= KNOWN_FOR_MS) return undefined;
    const credits = readCredits(this.#client, known.sealed, request, known.rollup);
    // An error matters only to `read`, which may not need the credits.
    credits.catch(() => undefined);
    return { stamp: known.stamp, request, credits };
  }

  /** @param basis read after the request has arrived */
  async read(request: CreditsRequest, basis: Sealed, begun?: Begun): Promise<number[]> {
    const isSame = begun?.stamp === basis.stamp && JSON.stringify(begun.request) === JSON.stringify(request);
    const known = this.#keep(request.orgId, basis);
    return isSame ? begun.credits : readCredits(this.#client, known.sealed, request, known.rollup);
  }

  #keep(orgId: string, { sealed, stamp }: Sealed): Known {
    const before = this.#known.get(orgId);
    const isKnown = before?.stamp === stamp && this.#uptime() - before.since < KNOWN_FOR_MS;
    const known = isKnown ? before : { sealed, stamp, since: this.#uptime(), rollup: new Map() };
    if (known.rollup.size >= MAX_RANGES) known.rollup.clear();
    this.#known.set(orgId, known);
    return known;
  }
}
