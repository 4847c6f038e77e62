import { extname, join } from 'node:path';
import { runProgram, type Ended } from './run-program.ts';

// Beside this file, in the sources or compiled.
const PROGRAM = join(import.meta.dirname, `program${extname(import.meta.filename)}`);
const FATAL = 60;

const run = (behaviour: string, env = {}, stopAt?: string): Promise<Ended> =>
  runProgram(PROGRAM, { BEHAVIOUR: behaviour, ...env }, stopAt);
const messagesOf = ({ lines }: Ended): string[] => lines.map(({ msg }) => msg);

describe('a process that receives SIGTERM', () => {
  it('exits with 0 once it has stopped', async () => {
    const ended = await run('stops', {}, 'started');
    expect(ended.code).toBe(0);
    expect(messagesOf(ended)).toEqual(['starting', 'started', 'stopping', 'stopped']);
    expect(ended.errors).toBe('');
  });

  it('exits with 0 at once while it is still starting', async () => {
    const ended = await run('keeps starting', {}, 'starting');
    expect(ended.code).toBe(0);
    expect(messagesOf(ended)).toEqual(['starting', 'stopping', 'stopped']);
  });

  it('exits with 1 after STOP_TIMEOUT_MS, and logs what becomes of the rest', async () => {
    const ended = await run('is stuck', { STOP_TIMEOUT_MS: '300' }, 'started');
    expect(ended.code).toBe(1);
    expect(messagesOf(ended).at(-1)).toBe('the stop took too long (STOP_TIMEOUT_MS): the rest is done later');
  });

  it('exits with 1 where the stop fails, and logs why', async () => {
    const ended = await run('fails to stop', {}, 'started');
    expect(ended.code).toBe(1);
    expect(ended.lines.at(-1)).toMatchObject({
      msg: 'the stop failed: the rest is done later',
      err: { message: 'cannot close' },
    });
  });
});

describe('a process that fails', () => {
  it.each([
    ['fails to start', 'no server'],
    ['throws', 'out of nowhere'],
    ['rejects', 'forgotten'],
  ])('and %s exits with 1, a structured line and a text with the stack', async (behaviour, message) => {
    const ended = await run(behaviour);
    expect(ended.code).toBe(1);
    expect(ended.lines.at(-1)).toMatchObject({
      level: FATAL,
      process: 'program',
      msg: 'failed: the rest is done later',
      err: { message },
    });
    expect(ended.errors).toMatch(new RegExp(`^Error: ${message}\n +at `));
  });
});

describe('a process with an invalid configuration', () => {
  it('exits with 1 and names every problem, in one structured line and as a text', async () => {
    const ended = await run('stops?', { LOG_LEVEL: 'loud', API_KEY: 'correct horse' });
    const problems = [
      'LOG_LEVEL must be one of trace, debug, info, warn, error, fatal, got "loud"',
      expect.stringMatching(/^BEHAVIOUR must be one of stops, .*, got "stops\?"$/),
      'API_KEY must not have more than 8 characters',
    ];
    expect(ended.code).toBe(1);
    expect(ended.lines).toEqual([
      expect.objectContaining({
        level: FATAL,
        process: 'program',
        code: 'INVALID_CONFIG',
        problems,
        msg: 'invalid configuration',
      }),
    ]);
    const [head, ...rest] = ended.errors.trimEnd().split('\n');
    expect(head).toBe('Invalid configuration:');
    expect(rest.map((line) => line.replace(/^ {2}/, ''))).toEqual(problems);
  });

  it('takes an empty variable as not given', async () => {
    const ended = await run('stops', { LOG_LEVEL: '', STOP_TIMEOUT_MS: '' }, 'started');
    expect(ended.code).toBe(0);
  });
});
