import { Ledger } from '../../../domain/gate/ledger.ts';
import type { LeaseRecord } from '../../../domain/gate/lease.ts';
import { Pool } from '../../../domain/gate/pool.ts';
import { bundledCatalogues, priceBookAt } from '../../../domain/catalogues/catalogues.ts';
import { Money, sumMoney } from '../../../domain/money.ts';
import { dayAmount, spendingBound, type GrantBound } from '../../../domain/gate/spending.ts';
import { GATE_TIMING } from '../../../domain/gate/timing.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../schemas/time-units.ts';

/** A call that a server admitted, as the oracle counts it. */
export interface AdmittedCall {
  readonly admittedAt: number;
  readonly credits: number;
  /** By the server's clock: when the answer ended, or when the server was killed. */
  occurredAt: number;
}

interface OpenCall extends AdmittedCall {
  readonly pool: Pool;
  readonly reserved: number;
  readonly endsAt: number;
}

interface Event {
  readonly credits: number;
  readonly occurredAt: number;
  readonly settle: () => void;
}

interface Server {
  /** Its clock less the true time. */
  readonly skew: number;
  pool: Pool;
  readonly retired: Pool[];
  open: OpenCall[];
  /** Not published yet; a spool keeps them when the server is killed. */
  waiting: Event[];
  /** Published, acknowledgement not received. */
  unanswered: Event[];
}

interface Gate {
  readonly skew: number;
  readonly ledger: Ledger;
  /** It restores, and grants nothing before. */
  readonly readyAt: number;
  checkpoint: number;
  readonly checkpoints: { readonly number: number; readonly end: number }[];
}

const { clockDifferenceMs } = GATE_TIMING;

const BOOK = priceBookAt(bundledCatalogues(), Date.UTC(2026, 0, 1));
export const INCLUDED = 300;
/** Billing periods begin at midnight, so many days after 1970-01-01. */
export const PERIOD_DAYS = 3;

export const periodOf = (day: number): number => Math.floor(day / PERIOD_DAYS);

function usedByDay(events: readonly Event[]): Map<number, number> {
  const used = new Map<number, number>();
  for (const { credits, occurredAt } of events) {
    const day = Math.floor(occurredAt / DAY_MS);
    used.set(day, (used.get(day) ?? 0) + credits);
  }
  return used;
}

/**
 * API servers, a gate, the log of events and their landing, driven by chance: clocks differ, servers and gates are
 * killed, answers are lost or late, events are published hours later or never. It computes nothing of the gate's
 * mathematics itself; the oracle reads `admitted` alone.
 */
export class World {
  readonly admitted: AdmittedCall[] = [];
  rejected = 0;
  readonly #random: () => number;
  readonly #chaos: boolean;
  #now = Date.UTC(2026, 0, 1);
  #total: number;
  #ids = 0;
  readonly #servers: Server[];
  #gate: Gate;
  /** The log of leases: a gate writes a record before it answers. */
  readonly #records = new Map<string, LeaseRecord>();
  readonly #log: Event[] = [];
  #landed = 0;
  #lateAnswers: (() => void)[] = [];
  readonly #cap: Money | undefined;

  /** @param cap of the spending of each billing period, with INCLUDED credits a day */
  constructor(random: () => number, total: number, chaos: boolean, cap?: Money) {
    this.#random = random;
    this.#cap = cap;
    this.#chaos = chaos;
    this.#total = total;
    this.#servers = Array.from({ length: 4 }, () => this.#newServer([]));
    this.#gate = this.#newGate();
    this.#gate.ledger.limit(total);
  }

  get now(): number {
    return this.#now;
  }

  limit(total: number): void {
    this.#total = total;
    this.#gate.ledger.limit(total);
  }

  step(): void {
    const server = this.#pick(this.#servers);
    if (server === undefined) return;
    const roll = this.#random();
    if (roll < 0.3) this.#call(server);
    else if (roll < 0.4) this.#renew(server);
    else if (roll < 0.5) this.#publish(server);
    else if (roll < 0.58) this.#acknowledge(server);
    else if (roll < 0.66) this.#landed = Math.min(this.#log.length, this.#landed + this.#whole(8));
    else if (roll < 0.74) this.#read();
    else if (roll < 0.76) this.#roll(server);
    else if (roll < 0.79 && this.#chaos) this.#lateAnswers.shift()?.();
    else if (roll < 0.795 && this.#chaos) this.#kill(server);
    else if (roll < 0.798 && this.#chaos) this.#takeOver();
    else this.#advance();
  }

  /** The next gate may forget before it has read anything. */
  #takeOver(): void {
    this.#gate = this.#newGate();
    this.#forget();
  }

  #call(server: Server): void {
    const credits = this.#whole(20);
    const reserved = credits + (this.#random() < 0.3 ? this.#whole(10) : 0);
    if (server.pool.free(this.#now) < reserved) {
      this.rejected += 1;
      this.#renew(server, reserved);
      return;
    }
    server.pool.take(reserved);
    const endsAt = this.#now + this.#whole(this.#random() < 0.1 ? 10 * MINUTE_MS : SECOND_MS);
    const call = {
      pool: server.pool,
      reserved,
      credits,
      endsAt,
      admittedAt: this.#now,
      occurredAt: endsAt + server.skew,
    };
    server.open.push(call);
    this.admitted.push(call);
  }

  #renew(server: Server, needed = 0): void {
    if (this.#now < this.#gate.readyAt) return;
    if (this.#random() < 0.3) server.pool.returnAllBut(this.#whole(50));
    for (const pool of [server.pool, ...server.retired]) {
      const sentAt = this.#now;
      const request = {
        ...pool.report(),
        wanted: pool.isClosed ? 0 : this.#whole(120),
        needed,
        least: needed,
      };
      const gate = this.#gate;
      const answered = gate.ledger.renew(pool.id, request, gate.checkpoint + 1, this.#now + gate.skew);
      const lease = gate.ledger.leases.get(pool.id);
      if (lease !== undefined) this.#records.set(pool.id, lease.record());
      const answer = () => pool.answered(answered.granted, sentAt + answered.leaseMs);
      const fate = this.#chaos ? this.#random() : 1;
      if (fate > 0.3) answer();
      else if (fate > 0.15) this.#lateAnswers.push(answer);
    }
  }

  #roll(server: Server): void {
    server.pool.close();
    server.retired.push(server.pool);
    // A holder gives up what it cannot settle: the gate then holds it for a day.
    if (this.#chaos && server.retired.length > 3) server.retired.shift();
    server.pool = this.#newPool();
  }

  #publish(server: Server): void {
    const event = server.waiting.shift();
    if (event === undefined) return;
    this.#log.push(event);
    server.unanswered.push(event);
  }

  #acknowledge(server: Server): void {
    server.unanswered.shift()?.settle();
  }

  #read(): void {
    const { ledger, skew, checkpoints } = this.#gate;
    const contained = checkpoints.findLast(({ end }) => end <= this.#landed)?.number ?? 0;
    // More lands between the two parts of a reading.
    this.#landed = Math.min(this.#log.length, this.#landed + this.#whole(3) - 1);
    const from = this.#now + skew - DAY_MS - clockDifferenceMs;
    const used = this.#log
      .slice(0, this.#landed)
      .reduce((sum, { credits, occurredAt }) => sum + (occurredAt >= from ? credits : 0), 0);
    ledger.read({ used, checkpoint: contained }, this.#bound(this.#now + skew));
    this.#gate.checkpoint += 1;
    checkpoints.push({ number: this.#gate.checkpoint, end: this.#log.length });
    this.#forget();
  }

  #forget(): void {
    const { ledger, skew } = this.#gate;
    for (const id of ledger.forget(this.#now + skew, this.#cap !== undefined)) this.#records.delete(id);
  }

  #bound(now: number): GrantBound | undefined {
    if (this.#cap === undefined) return undefined;
    const used = usedByDay(this.#log.slice(0, this.#landed));
    const today = Math.floor(now / DAY_MS);
    const others = [...used].filter(([day]) => day !== today && periodOf(day) >= periodOf(today));
    return spendingBound({
      cap: this.#cap,
      spent: sumMoney(others.map(([, credits]) => dayAmount(BOOK, credits, INCLUDED))),
      day: { from: today * DAY_MS, to: (today + 1) * DAY_MS },
      periodTo: (periodOf(today) + 1) * PERIOD_DAYS * DAY_MS,
      used: used.get(today) ?? 0,
      included: INCLUDED,
      book: BOOK,
      highestRate: new Money('0.14'),
      clockDifferenceMs,
    });
  }

  /** Its memory is gone. What it had published without an answer is in the log; a spool is published by its successor. */
  #kill(server: Server): void {
    for (const call of server.open) call.occurredAt = this.#now + server.skew;
    const isSpooled = this.#random() < 0.5;
    const kept = isSpooled ? server.waiting.map((event) => ({ ...event, settle: () => undefined })) : [];
    this.#servers[this.#servers.indexOf(server)] = this.#newServer(kept);
  }

  #advance(): void {
    const roll = this.#random();
    const longest = roll < 0.7 ? 2 * SECOND_MS : roll < 0.96 ? 5 * MINUTE_MS : 7 * HOUR_MS;
    this.#now += this.#whole(longest);
    for (const server of this.#servers) {
      for (const call of server.open.filter(({ endsAt }) => endsAt <= this.#now)) this.#end(server, call);
      server.open = server.open.filter(({ endsAt }) => endsAt > this.#now);
    }
  }

  #end(server: Server, { pool, reserved, credits, occurredAt }: OpenCall): void {
    pool.correct(credits - reserved);
    server.waiting.push({ credits, occurredAt, settle: () => pool.settle(credits) });
  }

  #newServer(waiting: Event[]): Server {
    const skew = Math.round((this.#random() - 0.5) * clockDifferenceMs);
    return { skew, pool: this.#newPool(), retired: [], open: [], waiting, unanswered: [] };
  }

  #newPool(): Pool {
    this.#ids += 1;
    return new Pool(`lease-${this.#ids}`, this.#now);
  }

  /** The next owner: it waits until its predecessor grants no more, then reads the log of leases. */
  #newGate(): Gate {
    const ledger = new Ledger(GATE_TIMING);
    for (const [id, record] of this.#records) ledger.restore(id, record, 1);
    ledger.limit(this.#total);
    const skew = Math.round((this.#random() - 0.5) * clockDifferenceMs);
    return { skew, ledger, readyAt: this.#now + 7 * SECOND_MS, checkpoint: 0, checkpoints: [] };
  }

  /** 1 to `most`. */
  #whole(most: number): number {
    return 1 + Math.floor(this.#random() * most);
  }

  #pick<T>(list: readonly T[]): T | undefined {
    return list[Math.floor(this.#random() * list.length)];
  }
}
