import { Type } from 'typebox';
import { readWatermark } from '../../../store/progress/watermark.ts';
import { Inserts } from '../../../consumers/write/inserts.ts';
import { LandedState } from '../../../consumers/fetch/partition-progress.ts';
import { Progress } from '../../../consumers/write/progress-writer.ts';
import { connectClickHouse } from '../../../platform/clickhouse/connect.ts';
import { until } from '../../../deploy/local/until.ts';
import { createLogger } from '../../../platform/logging.ts';
import { openLandingStack, PARTITIONS } from '../landing-stack.ts';

const Partition = Type.Object({ partition: Type.Integer() });

test('a partition that nobody has reported on is not taken for landed', async () => {
  const stack = await openLandingStack('progress');
  const client = connectClickHouse(stack.settings, 'progress test');
  const inserts = new Inserts(stack.settings);
  const state = new LandedState();
  const source = { topic: stack.topics.calls, state };
  const progress = new Progress([source], stack.admin, inserts, createLogger('test', 'fatal'), Date.now);
  try {
    // One partition is level with its log; of the others nothing is known yet.
    state.assigned(1, [0]);
    state.committed(1, 0, 0);
    progress.start(100);
    const rows = async () =>
      (await stack.ask(Partition, 'SELECT partition FROM landing_progress FINAL')).length;
    expect(await until(async () => (await rows()) === PARTITIONS, 20_000)).toBe(true);
    expect(await readWatermark(client, stack.topics.calls, Date.now())).toEqual({
      displayed: 0,
      confirmed: 0,
    });

    const all = Array.from({ length: PARTITIONS }, (_, partition) => partition);
    state.assigned(2, all);
    for (const partition of all) state.committed(2, partition, 0);
    const isLevel = async () => (await readWatermark(client, stack.topics.calls, Date.now())).displayed > 0;
    expect(await until(isLevel, 20_000)).toBe(true);
  } finally {
    await progress.stop();
    inserts.close();
    await client.close();
    await stack.close();
  }
});
