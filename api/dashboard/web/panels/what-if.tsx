import { useState } from 'preact/hooks';
import type { Editions, WhatIf } from '../answers.ts';
import { number } from '../formats.ts';
import { ProblemNotice } from '../components/states.tsx';
import { MAX_CREDITS, MAX_USERS, WholeNumberField } from '../components/whole-number-field.tsx';
import { fetchJson, orgPath } from '../state/client.ts';
import type { Query } from '../state/send.ts';
import { useLive } from '../state/live.ts';
import { param, setParams } from '../state/address.ts';
import { parseWholeNumber } from '../whole-number.ts';
import { WhatIfOutcome } from './what-if-outcome.tsx';

/** The terms' names in the address and in the API. */
const TERMS = [
  ['edition', 'edition'],
  ['users', 'users'],
  ['limit', 'additional_limit'],
] as const;

const USERS = { min: 0, max: MAX_USERS };
const LIMIT = { min: 0, max: MAX_CREDITS };

interface WhatIfPanelProps {
  readonly org: string;
  /** A subscribed product. */
  readonly product: string;
}

/** The last billing period's usage under other terms. */
export function WhatIfPanel({ org, product }: WhatIfPanelProps) {
  const terms: Query = TERMS.map(([name, inApi]) => [inApi, param(name)] as const).filter(
    ([, value]) => value !== '',
  );
  const hasTerms = terms.length > 0;
  const { data, error, isPending, refresh } = useLive<WhatIf | undefined>(
    `what-if ${org} ${JSON.stringify([terms, product])}`,
    async (signal) =>
      hasTerms
        ? fetchJson<WhatIf>(orgPath(org, 'billing/what-if'), {
            query: [['product', product], ...terms],
            signal,
          })
        : undefined,
    null,
  );
  return (
    <section class="card" aria-labelledby="what-if-title">
      <header class="card-head">
        <h2 id="what-if-title">The last billing period under other terms</h2>
      </header>
      <TermsForm key={terms.join(' ')} product={product} />
      {error && <ProblemNotice error={error} onRetry={refresh} />}
      {data && !error && <WhatIfOutcome answer={data} isPending={isPending} />}
      {!hasTerms && (
        <p class="empty">Choose other terms to see what the calls of the last period would have cost.</p>
      )}
    </section>
  );
}

/** What is left empty stays as it was. */
function TermsForm({ product }: Pick<WhatIfPanelProps, 'product'>) {
  const [edition, setEdition] = useState(param('edition'));
  const [users, setUsers] = useState(formatted(param('users')));
  const [limit, setLimit] = useState(formatted(param('limit')));
  const editions = useEditions(product);
  const [parsedUsers, parsedLimit] = [parseWholeNumber(users, USERS), parseWholeNumber(limit, LIMIT)];
  const isValid = parsedUsers.kind !== 'invalid' && parsedLimit.kind !== 'invalid';
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (!isValid) return;
        setParams({
          edition: edition || null,
          users: parsedUsers.kind === 'number' ? String(parsedUsers.value) : null,
          limit: parsedLimit.kind === 'number' ? String(parsedLimit.value) : null,
        });
      }}
    >
      <label>
        Edition
        <select
          value={edition}
          key={editions.length}
          onChange={(event) => setEdition(event.currentTarget.value)}
        >
          <option value="">As it was</option>
          {editions.map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </select>
      </label>
      <div class="pair-fields">
        <WholeNumberField
          label="Users"
          text={users}
          bounds={USERS}
          placeholder="As it was"
          onInput={setUsers}
        />
        <WholeNumberField
          label="Additional limit"
          text={limit}
          bounds={LIMIT}
          placeholder="As it was"
          onInput={setLimit}
        />
      </div>
      <button type="submit" class="primary" disabled={!isValid}>
        Calculate
      </button>
    </form>
  );
}

/** The editions of one product only. */
function useEditions(product: string): readonly string[] {
  const { data } = useLive<Editions>(
    'editions',
    (signal) => fetchJson('/v1/catalogues/editions', { signal }),
    null,
  );
  const all = data?.in_effect.editions ?? [];
  return all.filter((each) => each.product === product).map(({ edition }) => edition);
}

const formatted = (digits: string): string => (/^\d{1,10}$/.test(digits) ? number(Number(digits)) : digits);
