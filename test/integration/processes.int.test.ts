import { createServer } from 'node:http';
import { once } from 'node:events';
import { freePort } from '../../deploy/local/ports.ts';
import { runProgram } from '../platform/lifecycle/run-program.ts';
import { mainOf, openPipeline, type PipelineUnderTest } from './pipeline.ts';

const STARTED = {
  consumer: 'landing',
  aggregator: 'aggregator started',
  api: 'Server listening',
} as const;
const STAGES = ['consumer', 'aggregator', 'api'] as const;

describe('every process', () => {
  let pipeline: PipelineUnderTest;
  beforeAll(async () => {
    pipeline = await openPipeline('processes');
  });
  afterAll(() => pipeline.stop());

  it.each(STAGES)(
    'starts with an empty LOG_LEVEL and exits with 0 when it is stopped: the %s',
    async (stage) => {
      const env = { ...pipeline.env, LOG_LEVEL: '', STOP_TIMEOUT_MS: '' };
      const { code, lines, errors } = await runProgram(mainOf(stage), env, STARTED[stage]);
      expect(errors).toBe('');
      expect(code).toBe(0);
      expect(lines.map(({ msg }) => msg).slice(-1)).toEqual(['stopped']);
    },
  );

  it.each(STAGES)('reports an invalid configuration in the same way: the %s', async (stage) => {
    const env = {
      KAFKA_BROKERS: 'nowhere',
      CLICKHOUSE_URL: 'ann:hunter2@127.0.0.1',
      JWT_SECRET: 'x'.repeat(32),
    };
    const { code, lines, errors } = await runProgram(mainOf(stage), env);
    const problems = [
      expect.stringMatching(/^KAFKA_BROKERS must be like .*, got "nowhere" /),
      expect.stringMatching(/^CLICKHOUSE_URL must be like .*, got "\*\*\*@127\.0\.0\.1" /),
    ];
    expect(code).toBe(1);
    expect(lines).toEqual([
      expect.objectContaining({
        process: stage,
        msg: 'invalid configuration',
        problems: expect.arrayContaining(problems),
      }),
    ]);
    expect(errors.split('\n').map((line) => line.trim())).toEqual(
      expect.arrayContaining(['Invalid configuration:', ...problems]),
    );
  });

  it('gives up a tick that does not end, and exits with 1', async () => {
    // A ClickHouse that takes requests and never answers.
    const frozen = createServer();
    frozen.listen(await freePort(), '127.0.0.1');
    await once(frozen, 'listening');
    const address = frozen.address();
    if (typeof address !== 'object' || address === null) throw new Error('not listening');
    const ticking = once(frozen, 'request');

    const env = {
      ...pipeline.env,
      CLICKHOUSE_URL: `http://127.0.0.1:${address.port}`,
      STOP_TIMEOUT_MS: '500',
    };
    const { code, lines } = await runProgram(mainOf('aggregator'), env, ticking);
    frozen.close();
    expect(code).toBe(1);
    expect(lines.at(-1)?.msg).toBe(
      'the stop took too long (STOP_TIMEOUT_MS): what is due stays due, and the next start does it',
    );
  });
});
