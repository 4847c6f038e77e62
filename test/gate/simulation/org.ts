import { Holder } from '../../../domain/gate/holder.ts';
import { Ledger } from '../../../domain/gate/ledger.ts';
import type { LeaseRecord } from '../../../domain/gate/lease.ts';
import type { LeasesAnswer, LeasesRequest } from '../../../domain/gate/protocol.ts';
import type { Reservation } from '../../../domain/gate/reservation.ts';
import { GATE_TIMING } from '../../../domain/gate/timing.ts';
import type { LoadedCall, OrgLoad } from './load.ts';
import { RollingUse } from './used.ts';

export interface Figures {
  readonly org: string;
  readonly limit: number;
  wanted: number;
  admitted: number;
  /** The most in any rolling 24 hours: of admitted calls, whatever became of their events. */
  most: number;
  /** What a gate would have admitted that knows every call at once and never fails. */
  ideal: number;
}

interface Published {
  readonly landsAt: number;
  readonly occurredAt: number;
  readonly credits: number;
}

interface Server {
  holder: Holder;
  /** Admitted, not acknowledged. */
  open: { readonly at: number; readonly call: LoadedCall; readonly reservation: Reservation }[];
}

/** As the processes have them: gate/account.ts, gate/background.ts, the consumers. */
const ANSWERED_AFTER_MS = 200;
const LANDED_AFTER_MS = 1_500;
const READ_EVERY_MS = 5_000;
const READ_SCARCE_EVERY_MS = 500;
const FRESH_MS = 100;
const RESTORED_AFTER_MS = 6_600;

/** One organisation: its API servers, its gate, its events. Time is simulated; the decisions are the real ones. */
export class SimulatedOrg {
  readonly figures: Figures;
  readonly #random: () => number;
  readonly #servers: Server[];
  readonly #total: number;
  #ledger = new Ledger(GATE_TIMING);
  #readyAt = 0;
  #readAt = -Infinity;
  /** The log of leases. */
  readonly #records = new Map<string, LeaseRecord>();
  readonly #published: Published[] = [];
  #landed = 0;
  readonly #landedUse = new RollingUse();
  readonly #oracle = new RollingUse();
  readonly #ideal = new RollingUse();
  readonly #checkpoints: { readonly number: number; readonly end: number }[] = [];
  #checkpoint = 0;
  #ids = 0;
  /** Of decisions, in milliseconds. */
  readonly times: number[] = [];

  constructor(load: OrgLoad, servers: number, random: () => number) {
    this.#random = random;
    this.#total = load.limit;
    this.#ledger.limit(load.limit);
    this.#servers = Array.from({ length: servers }, () => this.#newServer(0));
    this.figures = {
      org: load.org,
      limit: load.limit,
      wanted: 0,
      admitted: 0,
      most: 0,
      ideal: 0,
    };
  }

  /** Everything that happens by itself, up to an instant. */
  advance(now: number): void {
    for (const server of this.#servers) {
      const ended = server.open.filter(({ at }) => at + ANSWERED_AFTER_MS <= now);
      server.open = server.open.filter(({ at }) => at + ANSWERED_AFTER_MS > now);
      for (const { at, call, reservation } of ended) {
        const occurredAt = at + ANSWERED_AFTER_MS;
        this.#published.push({ occurredAt, landsAt: now + LANDED_AFTER_MS, credits: call.credits });
        reservation.settle();
      }
      const { holder } = server;
      if (now - holder.askedAt > 60_000) holder.close();
      if (!holder.isEmpty && now - holder.answeredAt >= holder.renewInMs) this.#renew(server, now);
    }
    for (let next = this.#published[this.#landed]; next && next.landsAt <= now;) {
      this.#landedUse.add(next.occurredAt, next.credits);
      this.#landed += 1;
      next = this.#published[this.#landed];
    }
    this.#checkpoint += 1;
    this.#checkpoints.push({ number: this.#checkpoint, end: this.#published.length });
    const { available } = this.#ledger.state(now);
    const every = available < this.#total / 10 ? READ_SCARCE_EVERY_MS : READ_EVERY_MS;
    if (now - this.#readAt >= every) this.#read(now);
    for (const id of this.#ledger.forget(now, false)) this.#records.delete(id);
  }

  call(call: LoadedCall, now: number): void {
    const server = this.#servers[Math.floor(this.#random() * this.#servers.length)];
    if (server === undefined) return;
    this.figures.wanted += call.credits;
    if (this.#ideal.used(now) + call.credits <= this.#total) {
      this.figures.ideal += call.credits;
      this.#ideal.add(now + ANSWERED_AFTER_MS, call.credits);
    }
    const asked = { userId: 'u', appId: '-', credits: call.credits };
    const before = performance.now();
    let decision = server.holder.decide(asked, now);
    this.times.push(performance.now() - before);
    if (decision.kind !== 'admitted' && this.#renew(server, now)) decision = server.holder.decide(asked, now);
    if (decision.kind === 'admitted') {
      server.open.push({ at: now, call, reservation: decision.reservation });
      this.figures.admitted += call.credits;
      this.#oracle.add(now + ANSWERED_AFTER_MS, call.credits);
      this.figures.most = Math.max(this.figures.most, this.#oracle.used(now));
    }
  }

  /** Its memory is gone, and the events that it had not published. */
  killServer(now: number): void {
    const index = Math.floor(this.#random() * this.#servers.length);
    this.#servers[index] = this.#newServer(now);
  }

  /** Another gate takes over. */
  killGate(now: number): void {
    this.#ledger = new Ledger(GATE_TIMING);
    this.#ledger.limit(this.#total);
    this.#checkpoint += 1;
    for (const [id, record] of this.#records) this.#ledger.restore(id, record, this.#checkpoint + 1);
    this.#readyAt = now + RESTORED_AFTER_MS;
    this.#readAt = -Infinity;
  }

  /** @returns whether a gate answered */
  #renew({ holder }: Server, now: number): boolean {
    if (now < this.#readyAt) return false;
    if (this.#readAt === -Infinity) this.#read(now);
    holder.answered(this.#answer(holder.request(now), now), now);
    return true;
  }

  #answer({ leases }: LeasesRequest, now: number): LeasesAnswer {
    const granted = leases.map(({ id, closed, ...lease }) => {
      const request = { ...lease, isClosed: closed };
      const { available } = this.#ledger.state(now);
      if (lease.needed > available && now - this.#readAt > FRESH_MS) this.#read(now);
      const renewal = this.#ledger.renew(id, request, this.#checkpoint + 1, now);
      const record = this.#ledger.leases.get(id)?.record();
      if (record) this.#records.set(id, { ...record, ends_at: record.ends_at + 600_000 });
      return { id, granted: renewal.granted, lease_ms: renewal.leaseMs, is_over: false };
    });
    const { total, used, available } = this.#ledger.state(now);
    return {
      mode: 'enforce',
      when_unreachable: 'reject',
      renew_in_ms: available < total / 10 ? 500 : 2_000,
      budgets: [],
      leases: granted,
      limits: [{ scope: 'org', name: '', limit: total, used, available }],
    };
  }

  #read(now: number): void {
    const last = this.#checkpoints.findLastIndex(({ end }) => end <= this.#landed);
    const checkpoint = this.#checkpoints[last]?.number ?? 0;
    if (last > 0) this.#checkpoints.splice(0, last);
    const used = this.#landedUse.used(now, GATE_TIMING.clockDifferenceMs);
    this.#ledger.read({ used, checkpoint });
    this.#readAt = now;
  }

  #newServer(now: number): Server {
    const newId = (): string => `lease-${(this.#ids += 1)}`;
    return { holder: new Holder('org', 'crm', newId, now), open: [] };
  }
}
