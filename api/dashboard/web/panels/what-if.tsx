import type { Editions, WhatIf } from '../answers.ts';
import { dates, money, number } from '../formats.ts';
import { Refused } from '../parts/states.tsx';
import { ask, orgPath, type Query } from '../state/client.ts';
import { useLive } from '../state/live.ts';
import { param, show } from '../state/place.ts';

/** Names in the address, and those that the API asks by. */
const TERMS = [
  ['edition', 'edition'],
  ['users', 'users'],
  ['limit', 'additional_limit'],
] as const;

/** The last billing period's usage under other terms: what is left empty stays as it was. */
export function WhatIfPanel({ org }: { readonly org: string }) {
  const terms: Query = TERMS.map(([name, asked]) => [asked, param(name)] as const).filter(
    ([, value]) => value !== '',
  );
  const product: Query = param('product') === '' ? [] : [['product', param('product')]];
  const hasTerms = terms.length > 0;
  const { data, error, isPending } = useLive<WhatIf | undefined>(
    `what-if ${org} ${JSON.stringify([terms, product])}`,
    async (signal) =>
      hasTerms
        ? ask<WhatIf>(orgPath(org, 'billing/what-if'), { query: [...product, ...terms], signal })
        : undefined,
    null,
  );
  const { data: catalogue } = useLive<Editions>(
    'editions',
    (signal) => ask('/v1/catalogues/editions', { signal }),
    null,
  );
  const editions = new Set(
    catalogue?.in_effect.editions
      .filter((each) => param('product') === '' || each.product === param('product'))
      .map(({ edition }) => edition),
  );
  return (
    <section class="card" aria-labelledby="what-if-title">
      <header class="card-head">
        <h2 id="what-if-title">What if … in the last billing period</h2>
      </header>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          const form = new FormData(event.currentTarget);
          show(Object.fromEntries(TERMS.map(([name]) => [name, given(form, name)])));
        }}
      >
        <label>
          Edition
          <select name="edition" value={param('edition')} key={editions.size}>
            <option value="">as it was</option>
            {[...editions].map((edition) => (
              <option key={edition} value={edition}>
                {edition}
              </option>
            ))}
          </select>
        </label>
        <div class="pair-fields">
          <label>
            Users
            <input name="users" type="number" min={1} placeholder="as it was" value={param('users')} />
          </label>
          <label>
            Additional limit
            <input name="limit" type="number" min={0} placeholder="as it was" value={param('limit')} />
          </label>
        </div>
        <button type="submit" class="primary">
          Calculate
        </button>
      </form>
      {error && <Refused error={error} />}
      {data && !error && <Outcome answer={data} isPending={isPending} />}
      {!hasTerms && (
        <p class="empty">Choose other terms: the bill is worked out again from the calls there were.</p>
      )}
    </section>
  );
}

function given(form: FormData, name: string): string | null {
  const text = form.get(name);
  return typeof text === 'string' && text !== '' ? text : null;
}

function Outcome({ answer, isPending }: { readonly answer: WhatIf; readonly isPending: boolean }) {
  const { period, currency, as_it_was: was, as_it_would_be: would } = answer;
  const overLimit = (of: 'as_it_was' | 'as_it_would_be'): number =>
    answer.days.reduce((sum, day) => sum + (day[of]?.over_limit ?? 0), 0);
  return (
    <div class={isPending ? 'is-pending' : undefined} aria-live="polite">
      <p class="faint gauge-foot">{dates(period.from, period.to)}</p>
      <table class="rows">
        <thead>
          <tr>
            <th scope="col">
              <span class="sr-only">Figure</span>
            </th>
            <th scope="col">As it was</th>
            <th scope="col">As it would be</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">Billed credits</th>
            <td>{number(was.billed_credits)}</td>
            <td>{number(would.billed_credits)}</td>
          </tr>
          <tr>
            <th scope="row">Over the limit, not billed</th>
            <td>{number(overLimit('as_it_was'))}</td>
            <td>{number(overLimit('as_it_would_be'))}</td>
          </tr>
          <tr>
            <th scope="row">Amount</th>
            <td>{money(was.amount, currency)}</td>
            <td data-figure="what-if">{money(would.amount, currency)}</td>
          </tr>
        </tbody>
      </table>
      <p class="faint gauge-foot">
        For the additional credits alone: what an edition costs is not known here.
      </p>
    </div>
  );
}
