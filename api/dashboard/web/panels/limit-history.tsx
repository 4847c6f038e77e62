import { printableLine } from '../../../../platform/printable-text.ts';
import type { Change, History } from '../answers.ts';
import { dayTime, number } from '../formats.ts';
import { RejectionNote } from '../components/rejection-note.tsx';
import { Table } from '../components/table.tsx';

const COLUMNS = [
  { title: 'When' },
  { title: 'Limit' },
  { title: 'Changed by', isText: true },
  { title: 'Reason', isText: true },
];

/** Every change of the additional limit, including rejected ones: who, when and why. */
export function LimitHistory({
  history,
  product,
  zone,
}: {
  readonly history: History;
  readonly product: string;
  readonly zone: string;
}) {
  const changes = history.changes.flatMap((change) => {
    const credits = limitOf(change, product);
    return credits === undefined ? [] : [{ change, credits }];
  });
  return (
    <section class="card" aria-labelledby="history-title">
      <header class="card-head">
        <h2 id="history-title">Limit history</h2>
      </header>
      {changes.length === 0 ? (
        <p class="empty">The limit has not been changed yet.</p>
      ) : (
        <Table label="Limit changes" columns={COLUMNS}>
          <tbody>
            {changes.map(({ change, credits }) => (
              <tr key={change.change_id}>
                <th scope="row">{dayTime(change.recorded_at, zone)}</th>
                <td>{number(credits)}</td>
                <td class="text by">{printableLine(change.recorded_by)}</td>
                <td class="text wrap">
                  {printableLine(change.reason)}
                  <RejectionNote problems={change.refused} />
                </td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </section>
  );
}

function limitOf({ product, value }: Change, ofProduct: string): number | undefined {
  const credits: unknown = new Map(Object.entries(Object(value))).get('additional_limit');
  return product === ofProduct && typeof credits === 'number' ? credits : undefined;
}
