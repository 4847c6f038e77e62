/**
 * A small API server that asks a gate before each call: `node gated-api.ts OPTIONS`, as JSON. It makes the calls
 * itself, and runs until it is killed, or by SIGTERM until Kafka has everything. It appends to a file, as JSON, each
 * event that Kafka has acknowledged: what was written survives a kill.
 */
import { randomBytes } from 'node:crypto';
import { openSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { GateDecision } from '../../../producers/gate/contract.ts';
import { createPublisher } from '../../../producers/sdk/connect.ts';
import { createGate } from '../../../producers/sdk/gate.ts';
import { mintEventId } from '../../../schemas/event-id.ts';
import type { Call } from '../traffic.ts';
import { APPS, UNLEASED, USERS } from './gated-orgs.ts';

export interface GatedApiOptions {
  readonly brokers: string;
  readonly topicPrefix: string;
  readonly gateUrls: readonly string[];
  /** Of the role gate. */
  readonly token: string;
  readonly orgs: readonly string[];
  /** Of a call, on average. */
  readonly meanCredits: number;
  readonly acknowledgedFile: string;
}

const PAUSE_MS = 100;
/** After a rejection. */
const LONGER_PAUSE_MS = 400;
const CLOSE_WITHIN_MS = 120_000;

const options: GatedApiOptions = JSON.parse(process.argv[2] ?? '');
const acknowledged = openSync(options.acknowledgedFile, 'a');
const publisher = createPublisher({
  brokers: options.brokers.split(','),
  topicPrefix: options.topicPrefix,
});
const stopping = new AbortController();
const below = (limit: number): number => Math.floor(Math.random() * limit);

/** Where it fails, only the log says what became of the call. */
async function publish(call: Call, decision: GateDecision): Promise<void> {
  try {
    await publisher.publish(call);
  } catch {
    return;
  }
  if (decision.admitted) decision.reservation.settle();
  writeSync(acknowledged, `${JSON.stringify(call)}\n`);
}

/** One call after the other, so that the client's counters say of each whether a gate had granted its credits. */
async function spend(org: string): Promise<void> {
  const gate = createGate({
    urls: options.gateUrls,
    token: () => options.token,
    whenUnreachable: 'reject',
  });
  while (!stopping.signal.aborted) {
    const asked = {
      org_id: org,
      product: 'crm',
      user_id: USERS[below(USERS.length)] ?? '',
      app_id: APPS[below(APPS.length)] ?? '',
      credits: 1 + below(2 * options.meanCredits),
    };
    const before = gate.counters().admitted_unreachable;
    const decision = await gate.admit(asked);
    const isUnleased = gate.counters().admitted_unreachable > before;
    const occurred_at = Date.now();
    const call: Call = {
      ...asked,
      event_id: mintEventId(occurred_at, randomBytes(10)),
      occurred_at,
      method: 'GET',
      endpoint: '/leads',
      status: decision.admitted ? 200 : 429,
      credits: decision.admitted ? asked.credits : 0,
      module: isUnleased ? UNLEASED : '',
      ...(!decision.admitted && { rejection_cause: decision.rejection.cause }),
    };
    void publish(call, decision);
    await publisher.ready();
    await sleep(decision.admitted ? PAUSE_MS : LONGER_PAUSE_MS);
  }
  await publisher.flush();
  await gate.close();
}

const spending = Promise.all(options.orgs.map((org) => spend(org)));
process.stdout.write('listening\n');
process.stdin.on('end', () => process.exit(1)).resume();
process.stdin.unref();
process.once('SIGTERM', () => void stop());

async function stop(): Promise<void> {
  stopping.abort();
  await spending;
  await publisher.close(CLOSE_WITHIN_MS);
}
