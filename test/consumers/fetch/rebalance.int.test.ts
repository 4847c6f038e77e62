import { killConsumers, startConsumer, type ConsumerProcess } from '../consumer-process.ts';
import { eventOf } from '../event.ts';
import { openLandingStack, PARTITIONS, type LandingStack } from '../landing-stack.ts';
import { until } from '../../until.ts';

const BATCH = 100;
const PUBLISH_EVERY_MS = 150;
const LOOK_EVERY_MS = 100;
const START_MS = Date.now();

let stack: LandingStack;
beforeAll(async () => {
  stack = await openLandingStack('rebalance');
});
afterAll(async () => {
  await killConsumers();
  await stack.close();
});

async function committed(): Promise<number[]> {
  const [group] = await stack.admin.fetchOffsets({
    groupId: `${stack.settings.TOPIC_PREFIX}landing`,
    topics: [stack.topics.calls],
  });
  const partitions = group?.partitions ?? [];
  return partitions
    .toSorted((one, other) => one.partition - other.partition)
    .map(({ offset }) => Number(offset));
}

/** The call partitions of a consumer, as it logged them last. */
function assignedTo(consumer: ConsumerProcess): string | undefined {
  const lines = consumer.log().split('\n');
  const last = lines.findLast((line) => line.includes('partitions assigned') && line.includes('api-calls'));
  return last && /"partitions":\[([\d,]*)\]/.exec(last)?.[1];
}

function untilShared(...consumers: ConsumerProcess[]): Promise<void> {
  return until('the partitions are shared', () => {
    const shares = consumers.map(assignedTo);
    const all = shares.flatMap((part) => (part ? part.split(',') : [])).toSorted();
    return Promise.resolve(all.join() === '0,1,2' && shares.every((part) => part !== ''));
  });
}

describe('consumers that come and go while events flow', () => {
  it('share the partitions; every event lands, and no commit goes backwards', async () => {
    let published = 0;
    const over = new AbortController();
    const publishing = (async () => {
      while (!over.signal.aborted) {
        const events = Array.from({ length: BATCH }, (_, step) =>
          eventOf({ occurred_at: START_MS - step, credits: 1 }, published + step),
        );
        await stack.publish((published / BATCH) % PARTITIONS, events);
        published += BATCH;
        await new Promise((resolve) => setTimeout(resolve, PUBLISH_EVERY_MS));
      }
    })();
    const first = startConsumer({ ...stack.settings, BATCH_ROWS: '70' });
    await untilShared(first);
    // Only once the group exists: a broker that has just started has no coordinator for it yet.
    const steps: number[][] = [];
    const watching = (async () => {
      while (!over.signal.aborted) {
        steps.push(await committed());
        await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      }
    })();
    const second = startConsumer({ ...stack.settings, BATCH_ROWS: '70' });
    await untilShared(first, second);
    expect((await first.stop()).code).toBe(0);
    await untilShared(second);
    const third = startConsumer({ ...stack.settings, BATCH_ROWS: '70' });
    await untilShared(second, third);
    await second.kill();
    await untilShared(third);
    over.abort();
    await Promise.all([publishing, watching]);
    await stack.untilLanded();
    expect(await stack.figures()).toEqual({ calls: published, credits: published, ids: published });
    const ends = [...(await stack.ends())].toSorted(([one], [other]) => one - other).map(([, end]) => end);
    await until('all is committed', async () => (await committed()).join() === ends.join());
    for (const [index, step] of steps.entries()) {
      step.forEach((offset, partition) =>
        expect(offset).toBeGreaterThanOrEqual(steps[index - 1]?.[partition] ?? -1),
      );
    }
    expect((await third.stop()).code).toBe(0);
  });
});
