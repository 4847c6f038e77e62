import { copyFileSync, cpSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import ignore from '@balena/dockerignore';
import { projectFile, projectRoot } from '../../../schemas/root.ts';
import { run } from '../../conformance/programs.ts';
import type { CopyStep, Stage } from './dockerfile.ts';

/** What this checkout has installed by the same command: 860 MB that need not be there twice. */
const INSTALL_EVERYTHING = 'npm ci --include=dev';
const RUN_MS = 300_000;

/**
 * Does what `docker build` would do, without an engine: each stage is a folder, COPY takes from the checkout what
 * .dockerignore lets through, RUN is a shell command. Base images are this machine.
 * @param into an empty folder
 * @returns the root folder of the last stage
 * @throws with the output of a command that failed
 */
export async function buildImage(stages: readonly Stage[], into: string): Promise<string> {
  const image = stages.at(-1);
  if (image === undefined) throw new Error('The Dockerfile has no stage');
  // As an engine does: the last stage copies from the others, which do not need each other.
  await Promise.all(stages.slice(0, -1).map((stage) => buildStage(stage, into)));
  await buildStage(image, into);
  return join(into, image.name);
}

async function buildStage({ name, steps }: Stage, into: string): Promise<void> {
  const root = join(into, name);
  mkdirSync(root);
  let workdir = '/';
  for (const step of steps) {
    if ('workdir' in step) mkdirSync(join(root, (workdir = step.workdir)), { recursive: true });
    else if ('run' in step) await runStep(step.run, join(root, workdir));
    else copyStep(step, join(root, workdir), into);
  }
}

/** This machine's Node within the tree, where every user may run it. @returns its path */
export function installNode(root: string): string {
  const program = join(root, 'usr/local/bin/node');
  mkdirSync(dirname(program), { recursive: true });
  copyFileSync(process.execPath, program);
  return program;
}

async function runStep(command: string, cwd: string): Promise<void> {
  if (command === INSTALL_EVERYTHING) {
    rmSync(join(cwd, 'node_modules'), { recursive: true, force: true });
    symlinkSync(join(projectRoot(), 'node_modules'), join(cwd, 'node_modules'));
    return;
  }
  const path = `${dirname(process.execPath)}:${process.env['PATH']}`;
  const env = { PATH: path, npm_config_prefer_offline: 'true', npm_config_loglevel: 'error' };
  const { code, stdout, stderr } = await run(['sh', '-c', command], { cwd, env, timeoutMs: RUN_MS });
  if (code !== 0) throw new Error(`RUN ${command} failed (${code}):\n${stdout}${stderr}`);
}

function copyStep({ copy, to, from }: CopyStep, cwd: string, into: string): void {
  const source = from === undefined ? projectRoot() : join(into, from);
  const ignored = ignore.default().add(projectFile('.dockerignore').split('\n'));
  const filter = (file: string): boolean => file === source || !ignored.ignores(relative(source, file));
  const isFolder = copy.length > 1 || to.endsWith('/');
  for (const path of copy) {
    cpSync(join(source, path), isFolder ? join(cwd, to, basename(path)) : join(cwd, to), {
      recursive: true,
      ...(from === undefined && { filter }),
    });
  }
}
