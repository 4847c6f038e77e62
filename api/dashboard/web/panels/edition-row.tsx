import type { Edition } from '../../../../domain/catalogues/editions.ts';
import { WholeNumberField } from '../components/whole-number-field.tsx';
import { parseWholeNumber } from '../whole-number.ts';

/** What is typed of an edition. */
export interface EditionTexts {
  readonly product: string;
  readonly edition: string;
  readonly base: string;
  readonly perUser: string;
  /** Empty for no maximum. */
  readonly maximum: string;
  /** Whether its name can still be chosen. */
  readonly isNew: boolean;
}

const GRANT = { min: 0, max: 1_000_000_000 };
const PER_USER = { min: 0, max: 100_000_000 };

/** Undefined while a field is empty or wrong. */
export function editionOf({ product, edition, base, perUser, maximum }: EditionTexts): Edition | undefined {
  const [baseOf, perUserOf] = [parseWholeNumber(base, GRANT), parseWholeNumber(perUser, PER_USER)];
  const most = parseWholeNumber(maximum, GRANT);
  if (product === '' || edition === '' || most.kind === 'invalid') return undefined;
  if (baseOf.kind !== 'number' || perUserOf.kind !== 'number') return undefined;
  return {
    product,
    edition,
    base: baseOf.value,
    per_user: perUserOf.value,
    maximum: most.kind === 'number' ? most.value : null,
  };
}

interface EditionRowProps {
  readonly row: EditionTexts;
  readonly onChange: (row: EditionTexts) => void;
}

export function EditionRow({ row, onChange }: EditionRowProps) {
  const { product, edition, base, perUser, maximum, isNew } = row;
  const of = isNew ? 'the new edition' : `${product} ${edition}`;
  return (
    <tr>
      <th scope="row">
        {isNew ? (
          <Name label="Product" value={product} onInput={(text) => onChange({ ...row, product: text })} />
        ) : (
          product
        )}
      </th>
      <td class="text">
        {isNew ? (
          <Name label="Edition" value={edition} onInput={(text) => onChange({ ...row, edition: text })} />
        ) : (
          edition
        )}
      </td>
      <td>
        <WholeNumberField
          class="short"
          label={`Base of ${of}`}
          isLabelHidden
          text={base}
          bounds={GRANT}
          onInput={(text) => onChange({ ...row, base: text })}
        />
      </td>
      <td>
        <WholeNumberField
          class="short"
          label={`Credits per user of ${of}`}
          isLabelHidden
          text={perUser}
          bounds={PER_USER}
          onInput={(text) => onChange({ ...row, perUser: text })}
        />
      </td>
      <td>
        <WholeNumberField
          class="short"
          label={`Most credits of ${of}`}
          isLabelHidden
          placeholder="no maximum"
          text={maximum}
          bounds={GRANT}
          onInput={(text) => onChange({ ...row, maximum: text })}
        />
      </td>
    </tr>
  );
}

interface NameProps {
  readonly label: string;
  readonly value: string;
  readonly onInput: (text: string) => void;
}

const Name = ({ label, value, onInput }: NameProps) => (
  <input
    class="short"
    aria-label={`${label} of the new edition`}
    placeholder={label}
    maxLength={128}
    autocomplete="off"
    value={value}
    onInput={(event) => onInput(event.currentTarget.value.trim())}
  />
);
