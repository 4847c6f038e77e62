import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { HOUR_MS } from '../../schemas/time-units.ts';
import { LastEntries } from '../last-entries.ts';
import { displayedWatermark, watermarkOfRead, type LandedPartition } from '../progress/watermark.ts';
import type { Basis } from './basis.ts';
import { KnownHours } from './known-hours.ts';
import { readCredits, type CreditsRequest, type KnownCredits } from './read-credits.ts';

type Sealed = Pick<Basis, 'sealed' | 'stamp' | 'invalidations'>;
type Landed = Pick<Basis, 'landed' | 'watermark' | 'now'>;

/** What is known of an organisation. */
interface Known extends Sealed, KnownCredits {
  /** When its basis was read first. */
  readonly since: number;
}

/** A reading that began before its basis was read. */
export interface Begun {
  readonly stamp: string;
  /** Read before it began. */
  readonly landed: readonly LandedPartition[];
  readonly request: CreditsRequest;
  readonly credits: Promise<number[]>;
}

export interface Current {
  /** For each interval. */
  readonly credits: readonly number[];
  /** Displayed, epoch milliseconds: the credits have all that was appended before it (progress/watermark.ts). */
  readonly watermark: number;
}

/** D: about 1 KB each, and 200 bytes for an invalidated hour. */
const MAX_ORGS = 2_000;
/** Requests with `at` have ranges of their own. */
const MAX_RANGES = 4;
/** Much less than the day for which equal stamps say something (basis.ts). */
const KNOWN_FOR_MS = HOUR_MS;
/** D: two reports of progress. By how much the lag of an answer may be greater because its reading began early. */
const MAX_ADDED_LAG_MS = 2_000;

/**
 * Reads current usage while its basis is being read, and the rollup once while nothing of it changes.
 *
 * Every figure has all that landed before its request, as if it were read after its basis. A reading that has begun uses
 * the sealed hours of an earlier basis. It counts only where the basis, which is read after the request has arrived, has
 * the same stamp: then no hour was invalidated or sealed again since the earlier one. A call that landed before the
 * request is therefore in the rollup since before the earlier basis, or in an hour that is read from the raw events. For
 * the same reason rows that were read from the rollup since the earlier basis are still right. With another stamp all is
 * read again, but for invalidated hours that have no other invalidations than when they were counted (known-hours.ts).
 *
 * What landed after such a reading had begun may be missing, and the progress that is read beside it may already claim
 * it. So its watermark goes by the progress that was read before. Where that would add to the lag, all is read again.
 */
export class CurrentCredits {
  readonly #client: ClickHouseClient;
  readonly #uptime: () => number;
  readonly #known = new LastEntries<string, Known>(MAX_ORGS);
  /** The last basis of any organisation, and when it was followed, by `uptime`. */
  #last: { readonly basis: Landed; readonly at: number } | undefined;
  /** Whether more had landed by it than by the one before. */
  #isLanding = false;

  /** @param uptime milliseconds of a clock that only goes forward */
  constructor(client: ClickHouseClient, uptime: () => number = () => performance.now()) {
    this.#client = client;
    this.#uptime = uptime;
  }

  /**
   * Begins to read by what is known of the organisation; undefined where nothing is, or where all would probably be read
   * again. Pass it on to `read`.
   */
  begin(request: CreditsRequest): Begun | undefined {
    const known = this.#known.get(request.orgId);
    if (!known || this.#uptime() - known.since >= KNOWN_FOR_MS) return undefined;
    if (this.#wouldAddLag()) return undefined;
    const credits = readCredits(this.#client, known.sealed, request, known);
    // An error matters only to `read`, which may not need the credits.
    credits.catch(() => undefined);
    return { stamp: known.stamp, landed: this.#last?.basis.landed ?? [], request, credits };
  }

  /** @param basis read after the request has arrived */
  async read(request: CreditsRequest, basis: Sealed & Landed, begun?: Begun): Promise<Current> {
    const known = this.#keep(request.orgId, basis);
    this.#follow(basis);
    if (begun?.stamp === basis.stamp && JSON.stringify(begun.request) === JSON.stringify(request)) {
      const watermark = watermarkOfRead(begun.landed, basis.landed, basis.now);
      if (basis.watermark - watermark <= MAX_ADDED_LAG_MS) return { credits: await begun.credits, watermark };
    }
    const credits = await readCredits(this.#client, known.sealed, request, known);
    return { credits, watermark: basis.watermark };
  }

  #follow(basis: Landed): void {
    const before = this.#last?.basis.landed;
    // Requests that arrive together share one basis.
    if (before === basis.landed) return;
    this.#isLanding = basis.landed.some(({ partition, next_offset }) => {
      const earlier = before?.find((each) => each.partition === partition);
      return earlier !== undefined && next_offset > earlier.next_offset;
    });
    this.#last = { basis, at: this.#uptime() };
  }

  /** Whether calls land and the next basis, as late as the last one, would claim much more than the last one does by now. */
  #wouldAddLag(): boolean {
    if (!this.#last || !this.#isLanding) return false;
    const { basis, at } = this.#last;
    const passedMs = this.#uptime() - at;
    const watermark = displayedWatermark(basis.landed, basis.now + passedMs);
    return basis.watermark + passedMs - watermark > MAX_ADDED_LAG_MS;
  }

  #keep(orgId: string, { sealed, stamp, invalidations }: Sealed): Known {
    const before = this.#known.get(orgId);
    const isKnown = before?.stamp === stamp && this.#uptime() - before.since < KNOWN_FOR_MS;
    const hours = before?.hours ?? new KnownHours(KNOWN_FOR_MS, this.#uptime);
    const known = isKnown
      ? { ...before, invalidations }
      : { sealed, stamp, invalidations, since: this.#uptime(), rollup: new Map(), hours };
    if (known.rollup.size >= MAX_RANGES) known.rollup.clear();
    this.#known.set(orgId, known);
    return known;
  }
}
