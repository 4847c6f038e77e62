import { isDeepStrictEqual } from 'node:util';
import { readTopic } from '../../platform/kafka/read-topic.ts';
import { count } from '../table.ts';
import { KAFKA_PATIENCE_MS } from './back-up-topic.ts';
import { NotAsBackedUpError } from './errors.ts';
import { TopicFiller, type FillingTools } from './fill-topic.ts';
import { readLines } from './line-file.ts';
import type { TopicEntry } from './manifest.ts';
import { lineOf, parseLine, type RecordLine } from './record-line.ts';

/** A topic of a backup, and the empty one that gets its records. */
export interface Restoration {
  readonly topic: string;
  readonly isDecisionLog: boolean;
  readonly entry: TopicEntry;
  /** The file. */
  readonly path: string;
}

export interface RestoreTools extends FillingTools {
  readonly groupId: string;
  /** Gets how far it is, for people. */
  readonly progress: (what: string) => void;
}

/** Appends the records of a backup to an empty topic that keeps their own times. */
export async function restoreTopic(
  tools: RestoreTools,
  { topic, isDecisionLog, entry, path }: Restoration,
): Promise<void> {
  const filler = new TopicFiller(tools, topic);
  let appended = 0;
  try {
    for await (const text of readLines(path)) {
      const line = parseLine(text);
      await (isDecisionLog ? filler.add(line) : filler.addAnywhere(line));
      tools.progress(`${count((appended += 1))} of ${count(entry.records)} records of ${topic} appended`);
    }
    await filler.finish(isDecisionLog ? entry.end_offset : undefined);
  } finally {
    await filler.close();
  }
}

/**
 * Reads a restored topic and compares every record with the backup: bytes, headers and append time, and of a decision
 * log the offset.
 * @throws NotAsBackedUpError
 */
export async function compareTopic(
  { kafka, admin, groupId, progress }: RestoreTools,
  { topic, isDecisionLog, entry, path }: Restoration,
): Promise<void> {
  const [partition] = await admin.fetchTopicOffsets(topic);
  const end = Number(partition?.high ?? 0);
  if (isDecisionLog && end !== entry.end_offset) {
    throw new NotAsBackedUpError(topic, `its end is ${end} and should be ${entry.end_offset}`);
  }
  const lines = readLines(path);
  const compared = (line: RecordLine) => (isDecisionLog ? line : { ...line, offset: 0 });
  let read = 0;
  const reading = {
    topic,
    groupId: `${groupId}.${entry.topic}`,
    start: Number(partition?.low ?? 0),
    end,
    readUncommitted: !isDecisionLog,
    patienceMs: KAFKA_PATIENCE_MS,
    now: () => performance.now(),
  };
  await readTopic(kafka, reading, async (record) => {
    const found = lineOf(record);
    const { value } = await lines.next();
    if (value === undefined || !isDeepStrictEqual(compared(parseLine(value)), compared(found))) {
      throw new NotAsBackedUpError(topic, `the record at offset ${found.offset} differs`);
    }
    progress(`${count((read += 1))} of ${count(entry.records)} records of ${topic} compared`);
  });
  const { done } = await lines.next();
  if (!done || read !== entry.records) throw new NotAsBackedUpError(topic, `it has ${read} records`);
}
