import type { Edition } from '../../../../domain/catalogues/editions.ts';
import { number } from '../formats.ts';
import { Table } from '../components/table.tsx';
import { EDITION_COLUMNS } from './edition-columns.ts';

/** What each edition includes in 24 hours. */
export function EditionsPanel({ editions }: { readonly editions: readonly Edition[] }) {
  return (
    <details class="card section">
      <summary>Credits that each edition includes in 24 hours</summary>
      <Table label="Included credits by edition" columns={EDITION_COLUMNS}>
        <tbody>
          {editions.map(({ product, edition, base, per_user, maximum }) => (
            <tr key={`${product} ${edition}`}>
              <th scope="row">{product}</th>
              <td class="text">{edition}</td>
              <td>{number(base)}</td>
              <td>{number(per_user)}</td>
              <td>{maximum === null ? 'no maximum' : number(maximum)}</td>
            </tr>
          ))}
        </tbody>
      </Table>
    </details>
  );
}
