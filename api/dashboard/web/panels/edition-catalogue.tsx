import { useState } from 'preact/hooks';
import type { Edition } from '../../../../domain/catalogues/editions.ts';
import { ConfirmedSubmit } from '../components/confirmed-submit.tsx';
import { EffectiveField, effectiveAt } from '../components/effective-field.tsx';
import { ReasonField } from '../components/reason-field.tsx';
import { Table } from '../components/table.tsx';
import { counted, dateTime, number } from '../formats.ts';
import { useConfirmedChange } from '../state/confirmed-change.ts';
import { EDITION_COLUMNS } from './edition-columns.ts';
import { EditionRow, editionOf, type EditionTexts } from './edition-row.tsx';

interface EditionCatalogueProps {
  /** In effect now. */
  readonly editions: readonly Edition[];
  readonly onChanged: () => void;
}

const textsOf = ({ product, edition, base, per_user, maximum }: Edition): EditionTexts => ({
  product,
  edition,
  base: number(base),
  perUser: number(per_user),
  maximum: maximum === null ? '' : number(maximum),
  isNew: false,
});

/** What the editions include in 24 hours, as fields: a new version of the catalogue has all of them. */
export function EditionCatalogue({ editions, onChanged }: EditionCatalogueProps) {
  const [rows, setRows] = useState<readonly EditionTexts[]>(editions.map(textsOf));
  const [from, setFrom] = useState('');
  const [reason, setReason] = useState('');
  const parsed = rows.map(editionOf);
  const complete = parsed.filter((edition) => edition !== undefined);
  const changed = complete.filter(
    (edition) => !editions.some((each) => JSON.stringify(textsOf(each)) === JSON.stringify(textsOf(edition))),
  );
  const isReady = complete.length === rows.length && changed.length > 0;
  const change = useConfirmedChange(
    {
      method: 'POST',
      path: '/v1/catalogues/editions',
      body: { editions: parsed, ...effectiveAt(from), ...(reason !== '' && { reason }) },
      fields: ['effective_at'],
      done: 'The editions are recorded.',
      onSaved: onChanged,
    },
    { isReady },
  );
  const when = from === '' ? 'At once' : `From ${dateTime(`${from}:00Z`, 'UTC')} UTC on`;
  return (
    <section class="card section" aria-labelledby="editions-title">
      <header class="card-head">
        <h2 id="editions-title">Editions</h2>
        <span class="faint">
          credits that they include in 24 hours: base + per user × users, up to the most
        </span>
      </header>
      <form onSubmit={change.submit}>
        <Table label="Credits that each edition includes" kind="editions" columns={EDITION_COLUMNS}>
          <tbody>
            {rows.map((row, index) => (
              <EditionRow
                // An edition is never removed, so its place is its name.
                key={index}
                row={row}
                onChange={(next) => setRows(rows.with(index, next))}
              />
            ))}
          </tbody>
        </Table>
        <button
          type="button"
          class="link"
          onClick={() =>
            setRows([
              ...rows,
              { product: '', edition: '', base: '0', perUser: '0', maximum: '', isNew: true },
            ])
          }
        >
          Add an edition
        </button>
        <div class="settings-form">
          <EffectiveField value={from} problem={change.problemOf('effective_at')} onInput={setFrom} />
          <ReasonField reason={reason} onInput={setReason} />
          <ConfirmedSubmit
            change={change}
            isReady={isReady}
            label="Confirm the editions"
            question={`${when}, ${counted(changed.length, 'edition')} ${changed.length === 1 ? 'includes' : 'include'} other credits, for all subscriptions of ${changed.map(({ product, edition }) => `${product} ${edition}`).join(', ')}. Record it?`}
            action="Record the editions"
          />
        </div>
      </form>
    </section>
  );
}
