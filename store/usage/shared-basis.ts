import { AsyncResource } from 'node:async_hooks';
import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { readBases, type BasesRequest, type Basis } from './basis.ts';

export interface BasisRequest {
  readonly orgId: string;
  readonly settingsFrom: number;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** Requests that go by the next statement. */
interface Gathered {
  readonly orgIds: Set<string>;
  settingsFrom: number;
  readonly basisOf: ReturnType<typeof readBases>;
}

/**
 * Reads the bases of all requests that arrive while one is being read by one statement, the next one: a basis must be
 * read after its request has arrived. At most one statement runs at a time. Where one request follows another, each has
 * its own.
 */
export class SharedBasis {
  readonly #read: (of: Pick<BasesRequest, 'orgIds' | 'settingsFrom'>) => ReturnType<typeof readBases>;
  #running: Promise<unknown> = Promise.resolve();
  #next: Gathered | undefined;

  /** @param topic of the calls @param isReplicated whether ClickHouse's tables have replicas */
  constructor(client: ClickHouseClient, topic: string, isReplicated = false) {
    // Bound to no request's async context: several requests share a read, and none may cancel it for the others.
    this.#read = AsyncResource.bind((of) => readBases(client, { ...of, topic, isReplicated }));
  }

  async read({ orgId, settingsFrom, now }: BasisRequest): Promise<Basis> {
    const next = (this.#next ??= this.#gather());
    next.orgIds.add(orgId);
    // The state of a request may be newer than that of another one: then it reads changes that it has already.
    next.settingsFrom = Math.min(next.settingsFrom, settingsFrom);
    const basisOf = await next.basisOf;
    return basisOf(orgId, now);
  }

  #gather(): Gathered {
    const begin = (): ReturnType<typeof readBases> => {
      this.#next = undefined;
      const reading = this.#read({ orgIds: [...gathered.orgIds], settingsFrom: gathered.settingsFrom });
      this.#running = reading;
      return reading;
    };
    const gathered: Gathered = {
      orgIds: new Set(),
      settingsFrom: Infinity,
      basisOf: this.#running.then(begin, begin),
    };
    return gathered;
  }
}
