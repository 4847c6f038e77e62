import { spawn, execFileSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { buildImage, installNode } from './build-steps.ts';
import { readDockerfile, type Stage } from './dockerfile.ts';

export interface Exited {
  readonly code: number | null;
  /** Both streams, the errors last. */
  readonly output: string;
}

export interface RunningProgram {
  /** What it has printed so far. */
  readonly output: () => string;
  readonly signal: (name: NodeJS.Signals) => void;
  readonly exited: Promise<Exited>;
}

/**
 * The image's files, without an engine: built by the Dockerfile's own steps, owned by root, and run by the user that the
 * Dockerfile names, who can write nowhere in them. What is not an image's is this machine's: kernel, libraries, Node.
 */
export class ImageTree {
  /** WORKDIR of the image, on this machine. */
  readonly app: string;
  readonly #dir: string;
  readonly #node: string;
  readonly #image: Stage;

  private constructor(dir: string, root: string, image: Stage) {
    this.#dir = dir;
    this.#node = installNode(root);
    this.#image = image;
    this.app = join(
      root,
      image.steps.flatMap((step) => ('workdir' in step ? [step.workdir] : [])).at(-1) ?? '/',
    );
    // Without root, the tree is this user's own, and it runs as this user.
    if (process.getuid?.() !== 0) execFileSync('chmod', ['-R', 'a-w', root]);
  }

  /** @throws with the output of a step that failed; then nothing is left behind */
  static async build(): Promise<ImageTree> {
    const dir = mkdtempSync(join(tmpdir(), 'api-credits-image-'));
    chmodSync(dir, 0o755);
    const stages = readDockerfile();
    const image = stages.at(-1);
    try {
      if (image === undefined) throw new Error('The Dockerfile has no stage');
      return new ImageTree(dir, await buildImage(stages, dir), image);
    } catch (error) {
      rmSync(dir, { recursive: true, force: true });
      throw error;
    }
  }

  /** `docker run IMAGE ARGS`, with these variables over the image's own. */
  start(args: readonly string[], env: Readonly<Record<string, string>>): RunningProgram {
    const [program = '', ...first] = this.#image.entrypoint;
    if (program !== 'node')
      throw new Error(`ENTRYPOINT is ${program}, but this machine gives the tree Node alone`);
    return this.#spawn([...first, ...args], env);
  }

  async run(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Exited> {
    return this.start(args, env).exited;
  }

  /** A secret as Docker and Kubernetes mount one: a file that the image's user may read. @returns its path */
  mountSecret(name: string, secret: string): string {
    const path = join(this.#dir, name);
    writeFileSync(path, secret, { mode: 0o644 });
    return path;
  }

  /** The image's HEALTHCHECK, in the container of a program with these variables. */
  async isHealthy(env: Readonly<Record<string, string>>): Promise<boolean> {
    const { code } = await this.#spawn(this.#image.healthCheck.slice(1), env).exited;
    return code === 0;
  }

  remove(): void {
    if (process.getuid?.() !== 0) execFileSync('chmod', ['-R', 'u+w', this.#dir]);
    rmSync(this.#dir, { recursive: true, force: true });
  }

  #spawn(args: readonly string[], env: Readonly<Record<string, string>>): RunningProgram {
    const [uid, gid] = (this.#image.user ?? '').split(':').map(Number);
    const child = spawn(this.#node, args, {
      cwd: this.app,
      // Neither a home nor a place for temporary files.
      env: { PATH: '/nonexistent', TMPDIR: '/nonexistent', ...this.#image.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(process.getuid?.() === 0 && { uid, gid }),
    });
    return running(child);
  }
}

function running(child: ChildProcess): RunningProgram {
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('its streams are pipes');
  let output = '';
  stdout.setEncoding('utf8').on('data', (chunk: string) => void (output += chunk));
  const errors = text(stderr);
  const exited = once(child, 'close').then(async () => ({
    code: child.exitCode,
    output: output + (await errors),
  }));
  return { output: () => output, signal: (name) => void child.kill(name), exited };
}
