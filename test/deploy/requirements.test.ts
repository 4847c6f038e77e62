import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../schemas/root.ts';
import { inTemporaryDir } from './local/temporary-dir.ts';

interface Answer {
  readonly code: unknown;
  readonly output: string;
  readonly error: string;
}

/** What a program of deploy/ says with a Java of ours: a shell script, or none. */
async function runWithJava(program: string, script?: string): Promise<Answer> {
  let answer: Answer = { code: undefined, output: '', error: '' };
  await inTemporaryDir(async (home) => {
    if (script !== undefined) {
      const java = join(home, 'bin', 'java');
      mkdirSync(join(home, 'bin'));
      writeFileSync(java, `#!/bin/sh\n${script}\n`);
      chmodSync(java, 0o755);
    }
    answer = await new Promise((resolve) => {
      const servers = { KAFKA_BROKERS: '', TEST_SERVERS: 'embedded', DATA_DIR: join(home, 'data') };
      const env = { ...process.env, JAVA_HOME: home, ...servers };
      execFile(process.execPath, [program], { cwd: projectRoot(), env }, (error, output, stderr) =>
        resolve({ code: error?.code, output, error: stderr.replaceAll(home, 'HOME') }),
      );
    });
  });
  return answer;
}

describe('npm start on a machine', () => {
  it('without Java says so, and how to get it', async () => {
    const { code, error } = await runWithJava('deploy/start.ts');
    expect(code).toBe(1);
    expect(error).toContain(
      'Java 17 or later is needed to run Kafka, but there is no HOME/bin/java: install it',
    );
    expect(error).toContain('or set KAFKA_BROKERS to use a Kafka that runs elsewhere');
  });

  it('with an old Java names its version', async () => {
    const { code, error } = await runWithJava('deploy/start.ts', `echo 'openjdk version "1.8.0_362"' >&2`);
    expect(code).toBe(1);
    expect(error).toContain('Java 17 or later is needed to run Kafka, HOME/bin/java is 8');
  });

  it('with a broken Java shows what Java says', async () => {
    const { code, error } = await runWithJava(
      'deploy/start.ts',
      'echo "Error: could not find libjvm.so" >&2; exit 2',
    );
    expect(code).toBe(1);
    expect(error).toContain(
      'Java does not work, "HOME/bin/java -version" failed (2): Error: could not find libjvm.so',
    );
  });
});

it('npm test that cannot begin says so, and its last line counts it as one failed', async () => {
  const { code, output, error } = await runWithJava('deploy/test.ts');
  expect(code).toBe(1);
  expect(error).toContain('Java 17 or later is needed');
  expect(output).toBe('0 passed, 1 failed\n');
});
