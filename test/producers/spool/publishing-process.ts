/**
 * An API server that publishes through a spool until it is killed: `node publishing-process.ts OPTIONS`, as JSON.
 * It appends to a file what resolved: what was written survives a kill.
 */
import { openSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createPublisher } from '../../../producers/sdk/connect.ts';
import type { SpoolOptions } from '../../../producers/spool/spool-options.ts';
import { call } from '../sample-event.ts';

export interface PublishingOptions {
  readonly brokers: string;
  readonly topicPrefix: string;
  readonly spool: SpoolOptions;
  /** The first of the numbers that it gives its events, in `units`. */
  readonly from: number;
  readonly resolvedFile: string;
}

const ORGS = 5;
const AT_ONCE = 40;

const options: PublishingOptions = JSON.parse(process.argv[2] ?? '');
const resolved = openSync(options.resolvedFile, 'a');
const publisher = createPublisher({
  brokers: [options.brokers],
  topicPrefix: options.topicPrefix,
  spool: options.spool,
});
process.stdout.write('up\n');
for (let number = options.from; ; number += 1) {
  publisher.publish(call({ org_id: `org${number % ORGS}`, units: number })).then(
    (id) => writeSync(resolved, `${id}\n`),
    (error: unknown) => writeSync(resolved, `${String(error)}\n`),
  );
  if (number % AT_ONCE === 0) {
    await publisher.ready();
    await sleep(1);
  }
}
