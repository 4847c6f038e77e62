import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Type, type Static } from 'typebox';
import { Value } from 'typebox/value';
import { hasCode } from './error-code.ts';
import { noStack } from './errors.ts';
import { isRunning, ownRecord } from './process-record.ts';

const Login = Type.Object({ CLICKHOUSE_USER: Type.String(), CLICKHOUSE_PASSWORD_FILE: Type.String() });

/** DATA_DIR/stack.json: the running stack, for other programs. They read its keys: rename none. */
export const Stack = Type.Object({
  process: Type.Object({ pid: Type.Integer({ minimum: 1 }), identity: Type.String() }),
  url: Type.String(),
  /** The environment variables that make a program part of this stack (environment.ts). */
  settings: Type.Record(Type.String(), Type.String()),
  /** The logins of the local ClickHouse, by what they may do (clickhouse-users.ts). `settings` has the reader's. */
  logins: Type.Optional(
    Type.Object({ owner: Login, writer: Login, alerts: Login, reader: Login, gate: Login }),
  ),
  /** Of the servers and processes, by name. A restart changes one. */
  pids: Type.Record(Type.String(), Type.Integer()),
});
export type Stack = Static<typeof Stack>;

export interface StackFile {
  /** @param content read now and at every update */
  publish(content: () => Omit<Stack, 'process'>): void;
  /** Once published: writes it again. */
  readonly update: () => void;
  readonly remove: () => Promise<void>;
}

/** The file of the stack that this process runs. */
export function createStackFile(dataDir: string): StackFile {
  let published: (() => Omit<Stack, 'process'>) | undefined;
  const update = (): void => {
    if (published) writeStack(dataDir, { process: ownRecord(), ...published() });
  };
  return {
    publish: (content) => {
      published = content;
      update();
    },
    update,
    remove: async () => {
      published = undefined;
      removeStack(dataDir);
    },
  };
}

/** Replaces the file atomically: a reader never sees half of it. */
export function writeStack(dataDir: string, stack: Stack): void {
  const draft = `${fileOf(dataDir)}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(stack, undefined, 2)}\n`, { mode: 0o600 });
  renameSync(draft, fileOf(dataDir));
}

export function removeStack(dataDir: string): void {
  rmSync(fileOf(dataDir), { force: true });
}

/** @throws LocalStackError NO_STACK where no stack runs on this data directory */
export function readStack(dataDir: string): Stack {
  const stack = readFile(fileOf(dataDir));
  if (stack && isRunning(stack.process)) return stack;
  throw noStack(dataDir);
}

function readFile(file: string): Stack | undefined {
  try {
    const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return Value.Check(Stack, content) ? content : undefined;
  } catch (error) {
    if (hasCode(error, 'ENOENT') || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const fileOf = (dataDir: string): string => join(dataDir, 'stack.json');
