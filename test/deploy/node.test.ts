import { execFile } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../schemas/root.ts';
import { inTemporaryDir } from './local/temporary-dir.ts';

/** What the Node does that npm fetches here. */
const FETCHED = 'echo "fetched Node runs $*"';
const FETCHES = `while [ "$1" != --prefix ]; do shift; done
mkdir -p "$2/node_modules/node-here/bin" && printf '#!/bin/sh\\n%s\\n' '${FETCHED}' > "$2/node_modules/node-here/bin/node"
chmod +x "$2/node_modules/node-here/bin/node"`;

interface Answer {
  readonly code: unknown;
  readonly output: string;
  readonly error: string;
}

/** A checkout on a machine whose Node says it is of this version, and whose npm is a shell script. */
class Machine {
  readonly #dir: string;

  constructor(dir: string, nodeVersion: string, npm: string) {
    this.#dir = dir;
    mkdirSync(join(dir, 'deploy'));
    for (const path of ['deploy/node.sh', 'deploy/node'])
      cpSync(join(projectRoot(), path), join(dir, path), { recursive: true });
    mkdirSync(join(dir, 'bin'));
    this.#install(
      'node',
      `if [ "$1" = --version ]; then echo ${nodeVersion}; else echo "own Node runs $*"; fi`,
    );
    this.#install('npm', npm);
  }

  run(): Promise<Answer> {
    const env = { PATH: `${join(this.#dir, 'bin')}:/usr/bin:/bin` };
    return new Promise((resolve) => {
      execFile(join(this.#dir, 'deploy/node.sh'), ['program.ts', 'a'], { env }, (error, output, stderr) =>
        resolve({ code: error?.code, output, error: stderr }),
      );
    });
  }

  leftovers(): string[] {
    return readdirSync(join(this.#dir, '.node')).filter((name) => name.startsWith('partial'));
  }

  #install(name: string, script: string): void {
    const file = join(this.#dir, 'bin', name);
    writeFileSync(file, `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o755);
  }
}

describe('a program runs with', () => {
  it.each(['v22.18.0', 'v22.23.3', 'v24.0.0', 'v24.22.3', 'v26.1.0'])(
    "the machine's own Node %s",
    (version) =>
      inTemporaryDir(async (dir) => {
        const answer = await new Machine(dir, version, 'exit 1').run();
        expect(answer).toEqual({ code: undefined, output: 'own Node runs program.ts a\n', error: '' });
      }),
  );

  it.each(['v18.20.8', 'v20.20.2', 'v22.17.1', 'v22.9.0', 'v23.11.0'])(
    'a fetched Node instead of %s',
    (version) =>
      inTemporaryDir(async (dir) => {
        const { output, error } = await new Machine(dir, version, FETCHES).run();
        expect(output).toBe('fetched Node runs program.ts a\n');
        expect(error).toBe(
          `Node 22.18 or 24 is needed, this machine has ${version}: fetching one from the npm registry\n`,
        );
      }),
  );
});

it('a Node is fetched once', () =>
  inTemporaryDir(async (dir) => {
    const machine = new Machine(dir, 'v20.20.2', FETCHES);
    await machine.run();
    expect(await machine.run()).toMatchObject({ output: 'fetched Node runs program.ts a\n', error: '' });
    expect(machine.leftovers()).toEqual([]);
  }));

it('where none can be fetched, npm says why and the next line what to do', () =>
  inTemporaryDir(async (dir) => {
    const machine = new Machine(dir, 'v20.20.2', 'echo "npm error: no network" >&2; exit 1');
    const { code, output, error } = await machine.run();
    expect(code).toBe(1);
    expect(output).toBe('');
    expect(error).toContain('npm error: no network\n');
    expect(error).toMatch(/It could not be fetched for \S+ \S+\. Install Node 24 from nodejs\.org/);
    expect(machine.leftovers()).toEqual([]);
  }));
