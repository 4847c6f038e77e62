import { appearance, toggleAppearance } from '../state/appearance.ts';
import { hrefOf, param, show } from '../state/place.ts';
import { session, signOut } from '../state/session.ts';
import { SCREENS, type ScreenPath } from '../screens/screens.ts';
import { Link } from './link.tsx';

interface HeaderProps {
  readonly org: string;
  readonly screen: ScreenPath;
  /** Those subscribed to; one needs no choice. */
  readonly products: readonly string[];
}

const ROLE_NAMES = {
  super_admin: 'Super admin',
  admin: 'Admin',
  user: 'User',
  analyst: 'Analyst',
  billing: 'Billing',
  platform: 'Platform',
} as const;

export function Header({ org, screen, products }: HeaderProps) {
  const who = session.value;
  if (who === undefined) return null;
  return (
    <header class="top">
      <div class="brand">
        <img src="/favicon.svg" alt="" width="28" height="28" />
        {who.orgIds.length > 1 ? (
          <Choice
            label="Organisation"
            value={org}
            values={who.orgIds}
            onChoose={(id) => show({ org: id, product: null })}
          />
        ) : (
          <b class="org" title={org}>
            {org}
          </b>
        )}
        <ProductChoice products={products} />
      </div>
      <nav aria-label="Screens">
        {SCREENS.filter(({ isOffered }) => isOffered()).map(({ path, title }) => (
          <Link key={path} href={hrefOf(path)} isCurrent={screen === path}>
            {title}
          </Link>
        ))}
      </nav>
      <div class="who">
        <span class="who-name">
          {who.userId} <span class="faint">{ROLE_NAMES[who.role]}</span>
        </span>
        <button
          type="button"
          class="icon"
          aria-label={appearance.value === 'dark' ? 'Use light colours' : 'Use dark colours'}
          title={appearance.value === 'dark' ? 'Light' : 'Dark'}
          onClick={toggleAppearance}
        >
          <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
            <circle cx="10" cy="10" r="7" fill="none" stroke="currentColor" stroke-width="1.6" />
            <path d="M10 3a7 7 0 0 1 0 14z" fill="currentColor" />
          </svg>
        </button>
        <button type="button" onClick={() => signOut()}>
          Sign out
        </button>
      </div>
    </header>
  );
}

/** One that is shown without a subscription is a choice as well: from there it leads back. */
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
      onChoose={(product) => show({ product, cursor: null })}
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
