import { randomUUID } from 'node:crypto';
import type { Environment } from '../platform/config.ts';
import type { Place } from '../schemas/dead-letter.ts';
import { listDeadLetters, readDeadLetter } from '../store/dead-letters/read.ts';
import {
  DEAD_LETTERS_USAGE,
  readDeadLetterArguments,
  type DeadLetterCommand,
} from './dead-letter-arguments.ts';
import { checkReport } from './dead-letter-check.ts';
import { exportDeadLetters } from './dead-letter-export.ts';
import { replayReport } from './dead-letter-replay.ts';
import { listReport, missingReport, showReport } from './dead-letter-report.ts';
import { withDeadLetters, type DeadLetterStack } from './dead-letter-stack.ts';
import { NotFoundError } from './find-subscription.ts';

/** Runs one command. @returns what it prints @throws UsageError, ConfigError, NotFoundError */
export async function deadLetterCommand(args: readonly string[], env: Environment): Promise<string> {
  const command = readDeadLetterArguments(args);
  if (command.action === 'help') return DEAD_LETTERS_USAGE;
  return withDeadLetters(env, (stack) => run(stack, command));
}

type Work = Exclude<DeadLetterCommand, { readonly action: 'help' }>;

async function run(stack: DeadLetterStack, command: Work): Promise<string> {
  if (command.action === 'list') return list(stack, command);
  if (command.action === 'show') return show(stack, command.place);
  if (command.action === 'export') return exportDeadLetters(stack, command.filters, command.file);
  if (command.action === 'check') return checkReport(stack, command.filters);
  return replayReport(stack, command, randomUUID());
}

async function list(
  { client }: DeadLetterStack,
  { filters, limit, after }: Extract<Work, { readonly action: 'list' }>,
): Promise<string> {
  const last = after && (await readDeadLetter(client, after));
  if (after && !last) throw new NotFoundError(missingReport([after]));
  const rows = await listDeadLetters(client, { filters, after: last, limit: limit + 1 });
  return listReport(rows.slice(0, limit), rows.length > limit);
}

async function show({ client, validator }: DeadLetterStack, place: Place): Promise<string> {
  const deadLetter = await readDeadLetter(client, place);
  if (!deadLetter) throw new NotFoundError(missingReport([place]));
  return showReport(deadLetter, await validator.examine(deadLetter));
}
