import { setTimeout as sleep } from 'node:timers/promises';
import {
  foreignWriter,
  junkSchemas,
  junkUnderForeignKey,
  multipliedRecord,
  multiplyingSchema,
} from './foreign-schema.ts';
import type { Inputs } from './inputs-plan.ts';
import { InvalidRecords } from './invalid-records.ts';
import { publishBeforeSchema } from './late-schema.ts';
import type { LimitChanges, Put } from './limit-changes.ts';
import { POISONED_ORG, publishPoison, publishPoisonedOrg } from './poison.ts';
import { RecordSender } from './record-sender.ts';
import type { Overall } from './requests.ts';
import { createTraffic } from './traffic.ts';
import { runTransactions, type TransactionCounts, type TransactionRun } from './transactions.ts';

/** More than the consumers remember. */
const JUNK_SCHEMAS = 12_000;
const FOREIGN_CALLS_AT_ONCE = 10;
const FOREIGN_PAUSE_MS = 250;
const POISONED_CALLS = 50;

export interface InputRun extends TransactionRun {
  /** When foreign events end. */
  readonly over: AbortSignal;
  readonly report: (what: string) => void;
  readonly limits: LimitChanges;
  readonly put: Put;
  readonly overall: Overall;
}

export interface PublishedInputs {
  readonly transactions: TransactionCounts;
  /** How many different invalid records are on the call topic. */
  readonly invalid: number;
}

/** Publishes everything that the plan has besides good calls. */
export async function publishInputs(inputs: Inputs, run: InputRun): Promise<PublishedInputs> {
  const sender = new RecordSender(run.kafka);
  const invalid = new InvalidRecords(sender, run.topics.calls);
  try {
    const [transactions] = await Promise.all([
      runTransactions(inputs.transactions, run),
      publishWaves(inputs, run, invalid),
      poisonSettings(inputs, run, sender),
      poisonOrg(inputs, run, sender),
      publishSchemas(inputs, run, sender, invalid),
      changeLimits(inputs, run),
      run.until(inputs.schemas.lateAtMs).then(() => publishBeforeSchema(run, sender)),
    ]);
    return { transactions, invalid: invalid.published };
  } finally {
    await sender.close();
  }
}

async function publishWaves({ waves }: Inputs, { until, report }: InputRun, invalid: InvalidRecords) {
  for (const wave of waves) {
    await until(wave.atMs);
    report(`a wave of ${wave.junk + wave.late} invalid records`);
    await invalid.publishWave(wave, Date.now());
  }
}

/** Where changes take long, those that have not begun at the end of the run are left out. */
async function changeLimits({ limits: planned }: Inputs, { until, limits, put, over, report }: InputRun) {
  for (const [index, change] of planned.entries()) {
    await until(change.atMs);
    if (over.aborted) return;
    await limits.make(change, `limit-${index}`, put);
    report(`the limit of ${change.org} is ${change.credits}`);
  }
}

async function poisonSettings({ poison }: Inputs, run: InputRun, sender: RecordSender): Promise<void> {
  await Promise.all(
    poison.map(async (planned) => {
      await run.until(planned.atMs);
      run.report(`poison for the settings of ${planned.org}`);
      await publishPoison(sender, run.topics.settings, planned);
    }),
  );
}

async function poisonOrg({ poisonedOrgAtMs }: Inputs, run: InputRun, sender: RecordSender): Promise<void> {
  await run.until(poisonedOrgAtMs);
  run.report(`${POISONED_ORG} created in the time zone BST`);
  await publishPoisonedOrg(sender, run.topics.settings);
  const next = createTraffic(run.seed + 300);
  for (let count = 0; count < POISONED_CALLS; count += 1)
    run.publisher.publish({ ...next(Date.now()), org_id: POISONED_ORG });
}

/** Junk under any key, the foreign schema's included, before and after that schema; then its events. */
async function publishSchemas(inputs: Inputs, run: InputRun, sender: RecordSender, invalid: InvalidRecords) {
  const { topics, until, report, ledger, over } = run;
  await until(inputs.schemas.junkAtMs);
  report(`${JUNK_SCHEMAS} junk schemas`);
  await sender.send(topics.writerSchemas, [
    ...junkSchemas(JUNK_SCHEMAS),
    // The last ones, which consumers remember.
    multiplyingSchema,
    junkUnderForeignKey,
  ]);
  // From here on consumers have read the junk.
  await invalid.publish([multipliedRecord, multipliedRecord]);
  await until(inputs.schemas.goodAtMs);
  report('a foreign schema, and junk under its fingerprint');
  await sender.send(topics.writerSchemas, [foreignWriter.schema, junkUnderForeignKey]);
  const next = createTraffic(run.seed + 200);
  do {
    const calls = Array.from({ length: FOREIGN_CALLS_AT_ONCE }, () => next(Date.now()));
    for (const call of calls) ledger.offered(call.event_id, call);
    const records = calls.map((call) => ({ key: call.org_id, value: foreignWriter.encode(call) }));
    await sender.send(topics.calls, records);
    for (const { event_id } of calls) ledger.acknowledged(event_id, Date.now());
    await sleep(FOREIGN_PAUSE_MS);
  } while (!over.aborted);
}
