import { printableLine } from '../../../../platform/printable-text.ts';
import type { DeadLetters } from '../answers.ts';
import { dateTime, dayTime, sizeText } from '../formats.ts';
import { Table } from '../components/table.tsx';
import { setParams } from '../state/address.ts';
import { StatePill } from './dead-letter-state.tsx';

const COLUMNS = [
  { title: 'Appended (UTC)' },
  { title: 'Reason', isText: true },
  { title: 'Organisation', isText: true, isWideOnly: true },
  { title: 'Place', isText: true, isWideOnly: true },
  { title: 'Size', isWideOnly: true },
  { title: 'State', isText: true },
];

/** One line for each record. A click opens it. */
export function DeadLettersTable({ deadLetters }: { readonly deadLetters: DeadLetters['dead_letters'] }) {
  return (
    <Table label="Dead letters, newest first" kind="dead-letters" columns={COLUMNS}>
      <tbody>
        {deadLetters.map((deadLetter) => (
          <tr key={deadLetter.id}>
            <th scope="row">
              <button
                type="button"
                class="link"
                title={`View ${deadLetter.id}`}
                onClick={() => setParams({ dead_letter: deadLetter.id })}
              >
                <span class="wide-only">{dateTime(deadLetter.appended_at, 'UTC')}</span>
                <span class="phone-only">{dayTime(deadLetter.appended_at, 'UTC')}</span>
              </button>
            </th>
            <td class="text wrap">
              {deadLetter.reason}
              {deadLetter.detail !== '' && <small class="faint"> {printableLine(deadLetter.detail)}</small>}
            </td>
            <td class="text wide-only by">{printableLine(deadLetter.org_id) || '–'}</td>
            <td class="text wide-only">{deadLetter.id}</td>
            <td class="wide-only">{sizeText(deadLetter.size_bytes)}</td>
            <td class="text">
              <StatePill state={deadLetter.state} />
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
