import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { readGaps, readLostDeadLetters, readUnaccounted } from '../landing/landed-gaps.ts';
import { difference, type Difference } from './difference.ts';

/** What of a topic's log has no outcome: offsets that were passed over, and ranges whose outcomes do not add up. */
export async function readLogDifferences(client: ClickHouseClient, topic: string): Promise<Difference[]> {
  const [gaps, unaccounted, lost] = await Promise.all([
    readGaps(client, topic),
    readUnaccounted(client, topic),
    readLostDeadLetters(client, topic),
  ]);
  const at = (
    name: 'offsets-not-landed' | 'records-without-outcome' | 'quarantine-differs',
    { partition, first, last }: { readonly partition: number; readonly first: number; readonly last: number },
    expected: number,
    found: number,
  ): Difference =>
    difference(name, `${topic} partition ${partition}, offsets ${first} to ${last}`, expected, found, {
      topic,
      partition,
      first_offset: first,
      last_offset: last,
    });
  return [
    ...gaps.map((gap) => at('offsets-not-landed', gap, gap.last + 1 - gap.first, 0)),
    ...unaccounted
      .filter(({ published, outcomes }) => published !== outcomes)
      .map((range) => at('records-without-outcome', range, range.published, range.outcomes)),
    ...unaccounted
      .filter(({ quarantined, dead_letters }) => dead_letters < quarantined)
      .map((range) => at('quarantine-differs', range, range.quarantined, range.dead_letters)),
    ...lost.map(({ partition, last, expected, found }) =>
      at('quarantine-differs', { partition, first: 0, last }, expected, found),
    ),
  ];
}
