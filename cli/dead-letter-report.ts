import { formatInstant } from '../domain/instants.ts';
import { formatPlace, type Place } from '../schemas/dead-letter.ts';
import { explainReason } from '../store/dead-letters/advice.ts';
import { replayedBy, type DeadLetter, type DeadLetterRow } from '../store/dead-letters/dead-letter.ts';
import type { Examination } from '../store/dead-letters/validator.ts';
import type { ReadableMessage } from '../store/decode/record-decoder.ts';
import { count, table } from './table.ts';

/** Dead letters as a table. @param hasMore whether there are older ones */
export function listReport(rows: readonly DeadLetterRow[], hasMore: boolean): string {
  if (rows.length === 0) return 'No dead letters match.';
  const lines = table(
    rows.map((row) => [
      formatInstant(row.appended),
      formatPlace(row),
      row.org_id,
      row.reason,
      count(row.size_bytes),
      row.state,
    ]),
    ['appended', 'id', 'org', 'reason', 'bytes', 'state'],
  );
  const last = rows.at(-1);
  return [...lines, ...(hasMore && last ? ['', `older ones: --after ${formatPlace(last)}`] : [])].join('\n');
}

/** One dead letter: what it is, what to do about it, and what is in it. */
export function showReport(deadLetter: DeadLetter, { countsNow, message }: Examination): string {
  const { rule, advice } = explainReason(deadLetter.reason);
  const of = replayedBy(deadLetter);
  const facts = table([
    ['reason', deadLetter.reason],
    ['', rule],
    ['detail', deadLetter.detail],
    ['organisation', deadLetter.org_id],
    ['appended', formatInstant(deadLetter.appended)],
    ['quarantined', formatInstant(deadLetter.quarantined)],
    ['size', `${count(deadLetter.size_bytes)} bytes`],
    ['state', stateText(deadLetter)],
    ...(of ? [['replay of', formatPlace(of)]] : []),
    ['counts now', countsNow.counts ? 'yes: replay it' : `no: ${countsNow.reason}: ${countsNow.detail}`],
  ]);
  return [
    formatPlace(deadLetter),
    ...facts,
    '',
    advice,
    ...messageLines(message),
    ...bytesLines(deadLetter),
  ].join('\n');
}

function stateText({ state, replays, replayed_as }: DeadLetterRow): string {
  if (state === 'open') return 'open';
  const at = `${formatInstant(replayed_as.appended)} as ${formatPlace(replayed_as)}`;
  const outcome = state === 'counted' ? 'it counts' : `quarantined again: ${replayed_as.reason}`;
  return `${state}: replayed ${count(replays)} time(s), at ${at}, ${outcome}`;
}

function messageLines(message: ReadableMessage | undefined): string[] {
  if (!message) return [];
  const { encoding, schema, fields, stopped } = message;
  const by =
    schema === undefined ? '' : `, writer schema ${encoding === 'registry' ? `id ${schema}` : schema}`;
  return [
    '',
    `encoding: ${encoding}${by}`,
    ...table(fields.map(({ name, value }) => [name, JSON.stringify(value) ?? ''])),
    ...(stopped === undefined ? [] : [`  reading stopped: ${stopped}`]),
  ];
}

const HEX_BYTES = 1_024;

function bytesLines({ bytes }: DeadLetter): string[] {
  if (!bytes) return ['', 'its bytes are not kept any more'];
  const { key, value, isCut } = bytes;
  const rest = (value?.length ?? 0) - HEX_BYTES;
  const more = rest > 0 ? [`  and ${count(rest)} more bytes: export has them all`] : [];
  return [
    '',
    `key: ${key === null ? 'null' : JSON.stringify(key.toString('utf8'))}`,
    `value${isCut ? ', cut' : ''}: ${value === null ? 'null' : ''}`,
    ...(value ? hexLines(value.subarray(0, HEX_BYTES)) : []),
    ...more,
  ];
}

/** 16 bytes a line, with what is printable. */
function hexLines(bytes: Buffer): string[] {
  return Array.from({ length: Math.ceil(bytes.length / 16) }, (_, line) => {
    const part = bytes.subarray(16 * line, 16 * line + 16);
    const hex = part.toString('hex').replaceAll(/(..)/g, '$1 ').padEnd(48);
    const text = part.toString('latin1').replaceAll(/[^\x20-\x7e]/g, '.');
    return `  ${(16 * line).toString(16).padStart(6, '0')}  ${hex} ${text}`;
  });
}

/** How many of each reason, the most frequent first. */
export function reasonLines(reasons: ReadonlyMap<string, number>): string[] {
  const rows = [...reasons].toSorted(([, one], [, other]) => other - one);
  return table(rows.map(([reason, records]) => [count(records), reason]));
}

export const missingReport = (places: readonly Place[]): string =>
  `There is no dead letter ${places.map((place) => formatPlace(place)).join(', ')}: npm run letters -- list shows them.`;
