import { theme, toggleTheme } from '../state/theme.ts';
import { hrefOf, param, setParams } from '../state/address.ts';
import { leave, signOutProblem } from '../state/person-session.ts';
import { mayGlobally } from '../state/permissions.ts';
import { session } from '../state/session.ts';
import { offeredScreens, type ScreenPath } from '../screens/screens.ts';
import { counted, number } from '../formats.ts';
import { useUnread } from '../state/unread.ts';
import { Account } from './account.tsx';
import { Link } from './link.tsx';

interface HeaderProps {
  readonly org: string;
  /** Undefined at a wrong address. */
  readonly screen: ScreenPath | undefined;
  /** The subscribed products; a single one needs no choice. */
  readonly products: readonly string[];
}

/** The organisation, the product, the screens and the signed-in user. */
export function Header({ org, screen, products }: HeaderProps) {
  const user = session.value;
  const unread = useUnread(org);
  if (user === undefined) return null;
  // Without an organisation there is nothing that its screens could show.
  const screens = offeredScreens().filter(({ isOfOrg }) => org !== '' || !isOfOrg);
  return (
    <header class="top">
      <div class="brand">
        <img src="/favicon.svg" alt="" width="28" height="28" />
        {user.orgIds.length > 1 ? (
          <Choice
            label="Organisation"
            value={org}
            values={user.orgIds}
            onChoose={(id) => setParams({ org: id, product: null })}
          />
        ) : (
          <b class="org" title={org}>
            {org || 'API credits'}
          </b>
        )}
        {user.orgIds.length === 0 && org !== '' && <ChangeOrg />}
        <ProductChoice products={products} />
      </div>
      <nav aria-label="Screens">
        {screens.map(({ path, title }) => (
          <Link key={path} href={hrefOf(path)} isCurrent={screen === path}>
            {title}
            <Unread count={unread[path] ?? 0} />
          </Link>
        ))}
      </nav>
      <div class="who">
        <Account user={user} />
        <button
          type="button"
          class="icon"
          aria-label={theme.value === 'dark' ? 'Switch to the light theme' : 'Switch to the dark theme'}
          title={theme.value === 'dark' ? 'Light theme' : 'Dark theme'}
          onClick={toggleTheme}
        >
          <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
            <circle cx="10" cy="10" r="7" fill="none" stroke="currentColor" stroke-width="1.6" />
            <path d="M10 3a7 7 0 0 1 0 14z" fill="currentColor" />
          </svg>
        </button>
        <button type="button" onClick={() => void leave()}>
          Sign out
        </button>
      </div>
      {signOutProblem.value !== '' && (
        <p class="notice is-error" role="alert">
          {signOutProblem.value}
        </p>
      )}
    </header>
  );
}

function Unread({ count }: { readonly count: number }) {
  if (count === 0) return null;
  return (
    <span class="unread">
      <span aria-hidden="true">{count > 99 ? '99+' : number(count)}</span>
      <span class="sr-only">, {counted(count, 'unread alert')}</span>
    </span>
  );
}

/** For roles that are not bound to an organisation: to the list of them, or to the form that takes an id. */
function ChangeOrg() {
  if (mayGlobally('read-orgs')) {
    return <Link href={hrefOf('/organisations', { product: null })}>Change</Link>;
  }
  return (
    <button type="button" class="link" onClick={() => setParams({ org: null, product: null })}>
      Change
    </button>
  );
}

/** Includes a product on screen that has no subscription, so that the choice leads back from it. */
function ProductChoice({ products }: Pick<HeaderProps, 'products'>) {
  const shown = param('product');
  const values = [...new Set([...products, shown])].filter((each) => each !== '');
  if (values.length < 2) return null;
  return (
    <Choice
      label="Product"
      value={shown}
      values={values}
      nameOf={(product) => (products.includes(product) ? product : `${product} (not subscribed)`)}
      onChoose={(product) => setParams({ product, cursor: null })}
    />
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly values: readonly string[];
  readonly nameOf?: (value: string) => string;
  readonly onChoose: (value: string) => void;
}

function Choice({ label, value, values, nameOf = String, onChoose }: ChoiceProps) {
  return (
    <select aria-label={label} value={value} onChange={(event) => onChoose(event.currentTarget.value)}>
      {values.map((each) => (
        <option key={each} value={each}>
          {nameOf(each)}
        </option>
      ))}
    </select>
  );
}
