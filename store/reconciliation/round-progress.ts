import { Type } from 'typebox';
import { formatInstant } from '../../domain/instants.ts';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';

/** What a round checks, one after the other; `done` between two rounds. */
export const STAGES = ['usage', 'charges', 'feed', 'done'] as const;

const ProgressRow = Type.Object({
  started: Type.Integer(),
  stage: Type.Enum([...STAGES]),
  position: Type.String(),
  done: Type.Integer(),
  total: Type.Integer(),
  completed: Type.Integer(),
  logs_checked: Type.Integer(),
  sealed_checked: Type.Integer(),
  resealed_checked: Type.Integer(),
  written: Type.Integer(),
});

/** How far background reconciliation is (schemas/clickhouse/0020). Instants in epoch milliseconds, 0: never. */
export interface RoundProgress {
  readonly started: number;
  readonly stage: (typeof STAGES)[number];
  readonly position: string;
  readonly done: number;
  readonly total: number;
  readonly completed: number;
  readonly logsChecked: number;
  readonly sealedChecked: number;
  readonly resealedChecked: number;
  /** When it was last written: that of the last step. */
  readonly written: number;
}

const NEVER: RoundProgress = {
  started: 0,
  stage: 'done',
  position: '',
  done: 0,
  total: 0,
  completed: 0,
  logsChecked: 0,
  sealedChecked: 0,
  resealedChecked: 0,
  written: 0,
};

export async function readRoundProgress(client: ClickHouseClient): Promise<RoundProgress> {
  const [row] = await select(
    client,
    ProgressRow,
    `SELECT toUnixTimestamp64Milli(started_at) AS started, stage, position, done, total,
       toUnixTimestamp64Milli(completed_at) AS completed,
       toUnixTimestamp64Milli(progress.logs_checked) AS logs_checked,
       toUnixTimestamp64Milli(progress.sealed_checked) AS sealed_checked,
       toUnixTimestamp64Milli(progress.resealed_checked) AS resealed_checked,
       toUnixTimestamp64Milli(written_at) AS written
     FROM reconciliation_progress AS progress ORDER BY written_at DESC LIMIT 1`,
  );
  if (!row) return NEVER;
  const {
    logs_checked: logsChecked,
    sealed_checked: sealedChecked,
    resealed_checked: resealedChecked,
    ...rest
  } = row;
  return { ...rest, logsChecked, sealedChecked, resealedChecked };
}

export async function writeRoundProgress(
  client: ClickHouseClient,
  progress: Omit<RoundProgress, 'written'>,
): Promise<void> {
  await client.insert({
    table: 'reconciliation_progress',
    values: [
      {
        name: 'round',
        started_at: formatInstant(progress.started),
        stage: progress.stage,
        position: progress.position,
        done: progress.done,
        total: progress.total,
        completed_at: formatInstant(progress.completed),
        logs_checked: formatInstant(progress.logsChecked),
        sealed_checked: formatInstant(progress.sealedChecked),
        resealed_checked: formatInstant(progress.resealedChecked),
      },
    ],
    format: 'JSONEachRow',
  });
}
