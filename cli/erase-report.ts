import type { ErasedOrg } from '../aggregator/erasing/erase-person.ts';
import { formatInstant } from '../domain/instants.ts';
import { CALLS_RETENTION_MS, type Topics } from '../schemas/topics.ts';
import type { ErasedDeadLetters } from '../store/erasures/erase-dead-letters.ts';
import { count, table } from './table.ts';

/** What was found of one person and rewritten. */
export interface PersonEvidence {
  readonly orgs: readonly ErasedOrg[];
  readonly deadLetters: ErasedDeadLetters;
  /** Calls that occurred before it are erased; epoch milliseconds, as all times here. */
  readonly cut: number;
  /** Until then the hash of the id is kept. */
  readonly keptUntil: number;
}

export interface ErasureEvidence {
  /** Empty: of every organisation. */
  readonly orgId: string;
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly persons: readonly PersonEvidence[];
  readonly topics: Topics;
}

/** The evidence as text, without user ids. */
export function erasureReport({ orgId, startedAt, finishedAt, persons, topics }: ErasureEvidence): string {
  const rows = persons.flatMap(({ orgs }, index) =>
    orgs.map((org) => [
      String(index + 1),
      org.orgId,
      org.pseudonym,
      count(org.events),
      count(org.rollupRows),
      count(org.hours),
      count(org.alerts),
      count(org.deliveries),
    ]),
  );
  const header = [
    'person',
    'organisation',
    'pseudonym',
    'event rows',
    'rollup rows',
    'hours counted again',
    'alerts',
    'deliveries',
  ];
  const cut = Math.max(...persons.map((person) => person.cut));
  const keptUntil = Math.max(...persons.map((person) => person.keptUntil));
  return [
    `${count(persons.length)} person(s) erased in ${orgId === '' ? 'all organisations' : orgId}`,
    `from ${formatInstant(startedAt)} to ${formatInstant(finishedAt)}; calls before ${formatInstant(cut)}`,
    '',
    ...(rows.length > 0
      ? table(rows, header)
      : ['No events, no rollup rows and no alerts of them were found.']),
    '',
    'Dead letters:',
    ...table(
      persons.map(({ deadLetters }, index) => [
        String(index + 1),
        count(deadLetters.read),
        count(deadLetters.rewritten),
        count(deadLetters.replaced),
        count(deadLetters.unreadable),
      ]),
      ['person', 'read', 'rewritten', 'of them as a whole', 'unreadable, id not found'],
    ),
    '',
    'What remains, and until when (docs/privacy.md):',
    `  ${topics.calls} in Kafka: the records as they were published, until ${formatInstant(cut + CALLS_RETENTION_MS)}`,
    `    by its default retention of 14 days. Delivered again, they land with the pseudonym`,
    `  ${topics.dead} in Kafka: dead letters as they were published, until its own retention`,
    `  ${topics.alerts} in Kafka: alerts as they were raised, as long. Delivered again, they land with the pseudonym`,
    '  alerts that were delivered: with their receivers',
    `  the table erasures: salted hashes of the user ids, until ${formatInstant(keptUntil)}`,
    '  backups, and the log of queries of ClickHouse where it is on: see docs/privacy.md',
  ].join('\n');
}
