/** Runs npm, Maven, Java and tsc: their output is kept for an error message, long ones say that they go on. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { root } from './root.mjs';

const running = new Set();
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const FIRST_WORD_MS = 2_000;
const NEXT_WORD_MS = 10_000;

/**
 * Never rejects: `code` is the exit code, the signal's name or 'not found'.
 * @returns {Promise<{ code: number | string, output: string }>} output: both streams, as they came
 */
export function runCommand(program, args, { env = process.env } = {}) {
  return new Promise((resolve) => {
    // A process group of its own, so that what npm or Maven start can be ended with them.
    const child = spawn(program, args, { cwd: root, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const collect = (chunk) => (output += chunk);
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    running.add(child);
    child.on('error', (error) => {
      running.delete(child);
      resolve({ code: error.code === 'ENOENT' ? 'not found' : error.message, output });
    });
    child.on('close', (code, signal) => {
      running.delete(child);
      resolve({ code: code ?? signal, output });
    });
  });
}

/** Runs a step that must succeed, with a line, on standard error, when it takes longer than two seconds. */
export async function runStep(title, program, args, options) {
  const startedAt = Date.now();
  const seconds = () => Math.round((Date.now() - startedAt) / 1_000);
  let spoke = false;
  let timer = setTimeout(function speak() {
    console.error(spoke ? `${title}: ${seconds()} s so far` : `${title} ...`);
    spoke = true;
    timer = setTimeout(speak, NEXT_WORD_MS);
  }, FIRST_WORD_MS);
  const { code, output } = await runCommand(program, args, options);
  clearTimeout(timer);
  if (code !== 0)
    throw new Error(`${title} failed (${code}): ${[program, ...args].join(' ')}\n${output.trim()}`);
  if (spoke) console.error(`${title}: done in ${seconds()} s`);
}

/** Ctrl-C or SIGTERM during the preparation must not leave npm or Maven behind. */
export function endCommandsOnSignal() {
  for (const signal of SIGNALS) process.on(signal, endCommands);
  return () => {
    for (const signal of SIGNALS) process.off(signal, endCommands);
  };
}

function endCommands(signal) {
  for (const { pid } of running) if (pid !== undefined) endGroup(pid);
  process.exit(128 + constants.signals[signal]);
}

function endGroup(pid) {
  try {
    process.kill(-pid, 'SIGTERM');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}
