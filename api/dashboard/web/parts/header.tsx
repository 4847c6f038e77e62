import { appearance, toggleAppearance } from '../state/appearance.ts';
import { hrefOf, param, show } from '../state/place.ts';
import { session, signOut } from '../state/session.ts';
import { SCREENS, type ScreenPath } from '../screens/screens.ts';
import { Link } from './link.tsx';

interface HeaderProps {
  readonly org: string;
  readonly screen: ScreenPath;
  /** Of the organisation's calls; one needs no choice. */
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
          <b class="org">{org}</b>
        )}
        {products.length > 1 && (
          <Choice
            label="Product"
            value={param('product')}
            values={products}
            onChoose={(name) => show({ product: name })}
          />
        )}
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

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly values: readonly string[];
  readonly onChoose: (value: string) => void;
}

function Choice({ label, value, values, onChoose }: ChoiceProps) {
  return (
    <select aria-label={label} value={value} onChange={(event) => onChoose(event.currentTarget.value)}>
      {values.map((each) => (
        <option key={each} value={each}>
          {each}
        </option>
      ))}
    </select>
  );
}
