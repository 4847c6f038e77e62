/** Why a backup or a restore did not run to its end. Each says what to do. */

/** The directory of a new backup exists, or cannot be made. */
export class BackupDirectoryError extends Error {
  readonly code = 'BACKUP_DIRECTORY';
  constructor(dir: string, cause: unknown) {
    const isThere = cause instanceof Error && 'code' in cause && cause.code === 'EEXIST';
    const reason = isThere ? 'it exists' : String(cause);
    super(`${dir} cannot be made (${reason}): name a directory that does not exist, in one that does.`, {
      cause,
    });
    this.name = 'BackupDirectoryError';
  }
}

/** Kafka does not have a topic as the pipeline uses it. */
export class NoSuchTopicError extends Error {
  readonly code = 'NO_SUCH_TOPIC';
  constructor(topic: string) {
    super(
      `Kafka has no topic ${topic} of one partition, or this user may not read it: check KAFKA_BROKERS and TOPIC_PREFIX.`,
    );
    this.name = 'NoSuchTopicError';
  }
}

/** There is no backup, or one that did not end. */
export class NoBackupError extends Error {
  readonly code = 'NO_BACKUP';
  constructor(dir: string, cause: unknown) {
    super(
      `${dir} has no manifest.json that can be read: it is not a backup, or one that did not end. Use another.`,
      {
        cause,
      },
    );
    this.name = 'NoBackupError';
  }
}

/** A file is not what the backup wrote. Nothing was restored. */
export class DamagedBackupError extends Error {
  readonly code = 'DAMAGED_BACKUP';
  constructor(dir: string, problem: string) {
    super(`The backup ${dir} is damaged: ${problem}. Nothing was restored; use another copy of it.`);
    this.name = 'DamagedBackupError';
  }
}

/** There is something where the backup is to be restored. Nothing was changed. */
export class TargetNotEmptyError extends Error {
  readonly code = 'TARGET_NOT_EMPTY';
  constructor(found: readonly string[]) {
    super(
      `Nothing was restored, because there is something already:\n${found.map((each) => `  ${each}`).join('\n')}\n` +
        'Restore under another TOPIC_PREFIX and CLICKHOUSE_DATABASE, or remove it first if it may go.',
    );
    this.name = 'TargetNotEmptyError';
  }
}

/** The tables of the target do not exist. Nothing was changed. */
export class NoTablesError extends Error {
  readonly code = 'NO_TABLES';
  constructor(database: string, missing: readonly string[]) {
    super(
      `${database} has no table ${missing.join(', ')}: restore ClickHouse's own backup or run "npm run migrate" first.`,
    );
    this.name = 'NoTablesError';
  }
}

/** A restored topic is not what the backup has. */
export class NotAsBackedUpError extends Error {
  readonly code = 'NOT_AS_BACKED_UP';
  constructor(topic: string, problem: string) {
    super(`${topic} is not as in the backup: ${problem}`);
    this.name = 'NotAsBackedUpError';
  }
}

/** A restore failed after it had begun to append. */
export class RestoreInterruptedError extends Error {
  readonly code = 'RESTORE_INTERRUPTED';
  constructor(topics: readonly string[], cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(
      `The restore did not end: ${reason}\nNo consumer starts on the topics that it made so far, whose ` +
        `message.timestamp.type is CreateTime. Delete those that exist and run it again:\n${topics
          .map((topic) => `  kafka-topics.sh --bootstrap-server "$BROKERS" --delete --topic ${topic}`)
          .join('\n')}`,
      { cause },
    );
    this.name = 'RestoreInterruptedError';
  }
}
