import { money, number } from '../formats.ts';
import { Columns } from '../components/columns.tsx';

interface SlabsProps {
  readonly slabs: readonly {
    readonly credits: number;
    readonly rate_per_1000: string;
    readonly amount: string;
  }[];
  readonly currency: string;
  readonly amount: string;
}

/** The price slabs of an amount: each slab's credits at its own price. */
export function Slabs({ slabs, currency, amount }: SlabsProps) {
  if (slabs.length === 0) return <p class="faint">Nothing is charged.</p>;
  return (
    <table class="slabs">
      <Columns columns={[{ title: 'Credits' }, { title: 'Per 1,000' }, { title: 'Amount' }]} />
      <tbody>
        {slabs.map((slab, index) => (
          <tr key={index}>
            <td>{number(slab.credits)}</td>
            <td>{money(slab.rate_per_1000, currency)}</td>
            <td>{money(slab.amount, currency)}</td>
          </tr>
        ))}
      </tbody>
      {slabs.length > 1 && (
        <tfoot>
          <tr>
            <td>{number(slabs.reduce((sum, { credits }) => sum + credits, 0))}</td>
            <td />
            <td>{money(amount, currency)}</td>
          </tr>
        </tfoot>
      )}
    </table>
  );
}
