import { setTimeout as sleep } from 'node:timers/promises';
import type { Kafka, Producer, Transaction } from 'kafkajs';
import { connectKafka, type KafkaConfig } from '../../platform/kafka/connect.ts';
import { createLogger } from '../../platform/logging.ts';
import { encodeCallEvent } from '../../schemas/call-event.ts';
import { encodeSettingsChange } from '../../schemas/settings-change.ts';
import type { Topics } from '../../schemas/topics.ts';
import { eventOf } from '../consumers/event.ts';
import { abortedSchema } from './foreign-schema.ts';
import type { PlannedTransaction } from './inputs-plan.ts';
import type { Ledger } from './ledger.ts';
import type { LedgerPublisher } from './publish.ts';
import { createTraffic, type Call } from './traffic.ts';

/** The user of calls that are never committed: any figure of this user is a difference. */
export const NEVER = 'user-never';

const ALL_REPLICAS = -1;
const RETRIES = 5;
/** After it the broker aborts what its publisher did not end. */
const TIMEOUT_MS = 15_000;
const ABANDONED_TIMEOUT_MS = 1_000;

/** How often transactions ended in each way; `failed` are those that a fault ended. */
export type TransactionCounts = Record<PlannedTransaction['end'] | 'failed', number>;

export interface TransactionRun {
  readonly kafka: KafkaConfig;
  readonly topics: Topics;
  /** Determines the calls. */
  readonly seed: number;
  readonly ledger: Ledger;
  /** Publishes what a failed transaction was to commit, as a client would. */
  readonly publisher: LedgerPublisher;
  readonly until: (ms: number) => Promise<void>;
}

/** Runs the planned transactions. Resolves when each has ended or was abandoned. */
export async function runTransactions(
  planned: readonly PlannedTransaction[],
  run: TransactionRun,
): Promise<TransactionCounts> {
  const counts: TransactionCounts = { commit: 0, abort: 0, abandon: 0, failed: 0 };
  const publishers = new Set(planned.map(({ publisher }) => publisher));
  await Promise.all(
    [...publishers].map(async (index) => {
      const publisher = new TransactionalPublisher(run, index);
      for (const each of planned.filter((one) => one.publisher === index)) {
        await run.until(each.atMs);
        counts[(await publisher.publish(each)) ? each.end : 'failed'] += 1;
      }
      await publisher.close();
    }),
  );
  return counts;
}

/** A publisher outside of the SDK, as other programs of a Kafka cluster are. */
class TransactionalPublisher {
  readonly #run: TransactionRun;
  readonly #kafka: Kafka;
  readonly #name: string;
  readonly #next: (now: number) => Call;
  #producers = 0;
  #producer: Producer | undefined;

  constructor(run: TransactionRun, index: number) {
    this.#run = run;
    this.#name = `${run.topics.calls}-chaos-${index}`;
    this.#next = createTraffic(run.seed + 100 + index);
    this.#kafka = connectKafka(run.kafka, this.#name, createLogger('chaos', 'silent'), RETRIES);
  }

  /** @returns false where a fault ended it; what was to be committed is then published in another way */
  async publish(planned: PlannedTransaction): Promise<boolean> {
    const calls = Array.from({ length: planned.calls }, () => this.#next(Date.now()));
    try {
      await this.#attempt(planned, calls);
      return true;
    } catch {
      // Whether a failed commit took effect is unknown. The same calls once more are harmless: an id counts once.
      await this.close();
      if (planned.end === 'commit') for (const call of calls) this.#run.publisher.publish(call);
      return false;
    }
  }

  /** What is open stays open: the broker aborts it after its timeout. */
  async close(): Promise<void> {
    await this.#producer?.disconnect().catch(() => undefined);
    this.#producer = undefined;
  }

  async #attempt({ end, holdMs }: PlannedTransaction, calls: readonly Call[]): Promise<void> {
    const { ledger } = this.#run;
    if (end === 'abandon') await this.close();
    this.#producer ??= await this.#connect(end === 'abandon' ? ABANDONED_TIMEOUT_MS : TIMEOUT_MS);
    const transaction = await this.#producer.transaction();
    if (end !== 'commit') await this.#sendWhatNeverCounts(transaction);
    const users = end === 'commit' ? {} : { user_id: NEVER };
    for (const [org, ofOrg] of Map.groupBy(calls, ({ org_id }) => org_id)) {
      // One partition in each send: kafkajs's own repeats skip records where there are several (its issue 1303).
      const messages = ofOrg.map((call) => ({
        key: org,
        value: encodeCallEvent(eventOf({ ...call, ...users })),
      }));
      await transaction.send({ topic: this.#run.topics.calls, acks: ALL_REPLICAS, messages });
      await sleep(holdMs);
    }
    if (end === 'abandon') return this.close();
    if (end === 'abort') return transaction.abort();
    for (const call of calls) ledger.offered(call.event_id, call);
    await transaction.commit();
    for (const call of calls) ledger.acknowledged(call.event_id, Date.now());
  }

  /** A raised limit, and a schema. */
  async #sendWhatNeverCounts(transaction: Transaction): Promise<void> {
    const { settings, writerSchemas } = this.#run.topics;
    const org = this.#next(Date.now()).org_id;
    const value = encodeSettingsChange({
      change_id: `aborted-${this.#name}-${this.#producers}`,
      org_id: org,
      kind: 'subscription',
      product: 'crm',
      value: '{"additional_limit":1000000}',
      effective_at: 0,
      recorded_by: 'chaos',
      reason: '',
    });
    await transaction.send({ topic: settings, acks: ALL_REPLICAS, messages: [{ key: org, value }] });
    await transaction.send({ topic: writerSchemas, acks: ALL_REPLICAS, messages: [abortedSchema] });
  }

  async #connect(transactionTimeout: number): Promise<Producer> {
    this.#producers += 1;
    const producer = this.#kafka.producer({
      // A new one each time: under the old one the new producer would abort what the earlier one left open.
      transactionalId: `${this.#name}-${this.#producers}`,
      transactionTimeout,
      idempotent: true,
      maxInFlightRequests: 1,
    });
    await producer.connect();
    return producer;
  }
}
