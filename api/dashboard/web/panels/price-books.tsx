import type { Prices } from '../answers.ts';
import { Table } from '../components/table.tsx';
import { dateTime, money, number } from '../formats.ts';
import { NewPriceBook } from './new-price-book.tsx';

const COLUMNS = [
  { title: 'Price book' },
  { title: 'State', isText: true },
  { title: 'In effect from', isText: true, isWideOnly: true },
  { title: 'Per 1,000 additional credits of a day', isText: true },
];
const ALWAYS = 0;

type PriceBook = Prices['in_effect'];

/** Every price book, the newest first, and a new one. */
export function PriceBooksPanel({
  prices,
  onChanged,
}: {
  readonly prices: Prices;
  readonly onChanged: () => void;
}) {
  const { in_effect: present, versions } = prices;
  return (
    <section class="card" aria-labelledby="price-books-title">
      <header class="card-head">
        <h2 id="price-books-title">Price books</h2>
        <span class="faint">the prices of additional credits, the same for all organisations</span>
      </header>
      <Table label="Price books, the newest first" columns={COLUMNS}>
        <tbody>
          {versions.toReversed().map((book) => (
            <tr key={book.name}>
              <th scope="row" class="wrap">
                {book.name}
              </th>
              <td class="text">
                <State book={book} present={present} />
              </td>
              <td class="text wide-only">
                {Date.parse(book.effective_at) === ALWAYS
                  ? 'the beginning'
                  : `${dateTime(book.effective_at, 'UTC')} UTC`}
              </td>
              <td class="text wrap">{slabsText(book)}</td>
            </tr>
          ))}
        </tbody>
      </Table>
      <NewPriceBook key={versions.length} last={versions.at(-1) ?? present} onChanged={onChanged} />
    </section>
  );
}

function State({ book, present }: { readonly book: PriceBook; readonly present: PriceBook }) {
  if (book.name === present.name) return <span class="pill is-good">in effect</span>;
  return book.effective_at > present.effective_at ? (
    <span class="pill is-near">planned</span>
  ) : (
    <span class="pill is-plain">replaced</span>
  );
}

/** "the first 25,000 at US$0.14, the next 75,000 at US$0.06, everything above at US$0.025" */
const slabsText = ({ slabs, currency }: PriceBook): string =>
  slabs
    .map(({ credits, rate_per_1000 }, index) => {
      const which =
        credits === null ? 'everything above' : `the ${index === 0 ? 'first' : 'next'} ${number(credits)}`;
      return `${which} at ${money(rate_per_1000, currency)}`;
    })
    .join(', ');
