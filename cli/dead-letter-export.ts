import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { DeadLetterFilters } from '../store/dead-letters/filters.ts';
import { deadLetterWithBytesJson } from '../store/dead-letters/json.ts';
import { walkDeadLetters } from '../store/dead-letters/walk.ts';
import type { DeadLetterStack } from './dead-letter-stack.ts';
import { progressLine } from './progress-line.ts';
import { count } from './table.ts';

/** The file of an export exists. */
class FileExistsError extends Error {
  readonly code = 'FILE_EXISTS';
  constructor(file: string) {
    super(`${file} exists and was not changed: name another --file, or remove it.`);
    this.name = 'FileExistsError';
  }
}

/** Writes the matching dead letters to a new file, as a JSON object a line. Any number of them: one chunk is in memory. */
export async function exportDeadLetters(
  { client }: DeadLetterStack,
  filters: DeadLetterFilters,
  file: string,
): Promise<string> {
  const progress = progressLine('dead letters written', () => performance.now());
  let written = 0;
  async function* lines(): AsyncGenerator<string> {
    for await (const chunk of walkDeadLetters(client, filters)) {
      for (const deadLetter of chunk) yield `${JSON.stringify(deadLetterWithBytesJson(deadLetter))}\n`;
      progress((written += chunk.length));
    }
  }
  // With the rights of the user alone: the bytes are customers' data.
  await pipeline(lines, createWriteStream(file, { flags: 'wx', mode: 0o600 })).catch((error: unknown) => {
    throw isExisting(error) ? new FileExistsError(file) : error;
  });
  return `${count(written)} dead letter(s) written to ${file}`;
}

const isExisting = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'EEXIST';
