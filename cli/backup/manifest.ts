import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { Type, type Static } from 'typebox';
import { compiled } from '../../platform/compiled-schema.ts';
import { DamagedBackupError, NoBackupError } from './errors.ts';
import { digestOf } from './line-file.ts';

/** The version of the files' format. A change that an older restore would read wrongly raises it. */
export const FORMAT = 1;
const FILE = 'manifest.json';

const Count = Type.Integer({ minimum: 0 });
const Instant = Type.String();
/** A name that leads nowhere else. */
const FileName = Type.String({ pattern: '^[a-z][a-z_.-]*$' });
const Digest = { file: FileName, bytes: Count, sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }) };

const TopicEntry = Type.Object({
  /** Without TOPIC_PREFIX. */
  topic: Type.String(),
  ...Digest,
  records: Count,
  /** The topic's first offset, and the one behind its last when the backup began. */
  start_offset: Count,
  end_offset: Count,
  /** Of its records; null where it has none. */
  first_offset: Type.Union([Count, Type.Null()]),
  last_offset: Type.Union([Count, Type.Null()]),
  first_appended_at: Type.Union([Instant, Type.Null()]),
  last_appended_at: Type.Union([Instant, Type.Null()]),
  replication_factor: Count,
  /** As it was set, to look at: a restore configures topics as `npm run topics` does. */
  config: Type.Record(Type.String(), Type.String()),
});
export type TopicEntry = Static<typeof TopicEntry>;

const TableEntry = Type.Object({ table: Type.String(), ...Digest, rows: Count });
export type TableEntry = Static<typeof TableEntry>;

const Manifest = Type.Object({
  format: Type.Literal(FORMAT),
  started_at: Instant,
  finished_at: Instant,
  topic_prefix: Type.String(),
  database: Type.String(),
  topics: Type.Array(TopicEntry),
  tables: Type.Array(TableEntry),
});
export type Manifest = Static<typeof Manifest>;

/** Completes a backup: written last, and named last, so a directory with a manifest has everything. */
export async function writeManifest(dir: string, manifest: Manifest): Promise<void> {
  const file = await open(join(dir, `${FILE}.tmp`), 'wx', 0o600);
  try {
    await file.writeFile(`${JSON.stringify(manifest, undefined, 2)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(join(dir, `${FILE}.tmp`), join(dir, FILE));
  const directory = await open(dir, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/**
 * Reads a manifest and compares every file with it.
 * @throws NoBackupError, DamagedBackupError
 */
export async function readBackup(dir: string): Promise<Manifest> {
  const text = await readFile(join(dir, FILE), 'utf8').catch((error: unknown) => {
    throw new NoBackupError(dir, error);
  });
  const manifest = parsed(dir, text);
  for (const { file, bytes, sha256 } of [...manifest.topics, ...manifest.tables]) {
    const found = await digestOf(join(dir, file)).catch((error: unknown) => {
      throw new DamagedBackupError(dir, `${file} cannot be read (${String(error)})`);
    });
    if (found.bytes !== bytes || found.sha256 !== sha256) {
      throw new DamagedBackupError(dir, `${file} is not as it was written: its SHA-256 or its size differs`);
    }
  }
  return manifest;
}

function parsed(dir: string, text: string): Manifest {
  let manifest: unknown;
  try {
    manifest = JSON.parse(text);
  } catch {
    throw new DamagedBackupError(dir, `${FILE} is not JSON`);
  }
  const { check, validationErrors } = compiled(Manifest);
  if (check(manifest)) return manifest;
  const [first] = validationErrors(manifest);
  const problem = `${first?.path ?? ''} ${first?.message ?? ''}`;
  throw new DamagedBackupError(dir, `${FILE} is not of format ${FORMAT} (${problem.trim()})`);
}
