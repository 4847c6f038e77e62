import { useEffect, useRef } from 'preact/hooks';
import type { Orgs } from '../answers.ts';
import { number } from '../formats.ts';
import { CursorPager } from '../components/cursor-pager.tsx';
import { Link } from '../components/link.tsx';
import { Loading, ProblemNotice } from '../components/states.tsx';
import { Table } from '../components/table.tsx';
import { NewOrg } from '../panels/new-org.tsx';
import { address, goTo, hrefOf, param, setParams } from '../state/address.ts';
import { fetchJson } from '../state/client.ts';
import { useLive } from '../state/live.ts';
import { mayGlobally } from '../state/permissions.ts';
import { afterTyping } from '../state/typing.ts';
import { moveFocus } from '../state/move-focus.ts';
import { firstOrgScreen, screenAt } from './screens.ts';

const PAGE = '50';
const COLUMNS = [
  { title: 'Organisation' },
  { title: 'Subscriptions', isText: true, isWideOnly: true },
  { title: 'Users', isWideOnly: true },
  { title: 'Additional limit, credits' },
  { title: 'Time zone', isText: true, isWideOnly: true },
  { title: 'Billing day', isWideOnly: true },
];

/** Every organisation, by id, with a search. The arrow keys lead from the search into the list and through it. */
export function OrganisationsScreen() {
  const search = param('search');
  const trail = address.value.params.getAll('cursor');
  const cursor = trail.at(-1) ?? '';
  const list = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);
  // A reader opens this screen to find an organisation.
  useEffect(() => field.current?.focus(), []);
  const { data, error, isPending, refresh } = useLive<Orgs>(
    `organisations ${JSON.stringify([search, cursor])}`,
    async (signal) => {
      await afterTyping();
      return fetchJson('/v1/orgs', {
        query: [
          ['limit', PAGE],
          ...(search === '' ? [] : [['search', search] as const]),
          ...(cursor === '' ? [] : [['cursor', cursor] as const]),
        ],
        signal,
      });
    },
    null,
  );
  return (
    <section
      class="card organisations"
      aria-labelledby="organisations-title"
      aria-busy={isPending}
      onKeyDown={(event) => moveFocus(event, list.current)}
    >
      <header class="card-head">
        <h1 id="organisations-title">Organisations</h1>
        <input
          type="search"
          aria-label="Find an organisation by its ID"
          placeholder="Find by ID"
          autocomplete="off"
          maxLength={128}
          ref={field}
          value={search}
          onInput={({ currentTarget: { value } }) =>
            setParams({ search: value === '' ? null : value, cursor: null }, { replace: true })
          }
          onKeyDown={({ key }) => {
            // Enter opens the only match.
            const [only, ...others] = data?.orgs ?? [];
            if (key === 'Enter' && only && others.length === 0 && !isPending) openOrg(only.org_id);
          }}
        />
      </header>
      {mayGlobally('create-org') && <NewOrg />}
      {error && <ProblemNotice error={error} onRetry={refresh} />}
      {data === undefined && !error && <Loading height={320} />}
      {data?.orgs.length === 0 && (
        <p class="empty">
          {search === '' ? 'There is no organisation yet.' : `No organisation’s ID contains “${search}”.`}
        </p>
      )}
      <div ref={list} class={isPending ? 'is-pending' : undefined}>
        {data && data.orgs.length > 0 && (
          <Table label="Organisations, by ID" columns={COLUMNS}>
            <tbody>
              {data.orgs.map((org) => (
                <Row key={org.org_id} org={org} />
              ))}
            </tbody>
          </Table>
        )}
      </div>
      {data && <CursorPager trail={trail} next={data.next_cursor} names={['Previous', 'Next']} />}
    </section>
  );
}

/** The screen of an organisation that the address names, where it was opened without one. */
function hrefOfOrg(org: string): string {
  const named = screenAt(address.value.path);
  const path = named?.isOfOrg === true ? named.path : firstOrgScreen();
  return hrefOf(path, { org, product: null, search: null, cursor: null });
}

const openOrg = (org: string): void => goTo(hrefOfOrg(org));

/** The terms of each subscription in one line: most organisations have one. */
function Row({ org }: { readonly org: Orgs['orgs'][number] }) {
  const { org_id, subscriptions, time_zone, billing_day, terms_assumed } = org;
  const joined = (of: (each: (typeof subscriptions)[number]) => string): string =>
    subscriptions.map(of).join(' · ') || '–';
  return (
    <tr>
      <th scope="row" class="wrap">
        <Link href={hrefOfOrg(org_id)}>{org_id}</Link>
        {terms_assumed && <small class="faint"> assumed terms</small>}
      </th>
      <td class="text wide-only">{joined(({ product, edition }) => `${product} ${edition}`)}</td>
      <td class="wide-only">{joined(({ users }) => number(users))}</td>
      <td>{joined(({ additional_limit }) => number(additional_limit))}</td>
      <td class="text wide-only">{time_zone}</td>
      <td class="wide-only">{number(billing_day)}</td>
    </tr>
  );
}
