import { Link } from '../components/link.tsx';
import { offeredScreens } from './screens.ts';

/** For an address that names no screen. */
export function NotFoundScreen() {
  return (
    <section class="card">
      <h1>Page not found</h1>
      <p>There is no page at this address. Go to:</p>
      <ul class="ways-back">
        {offeredScreens().map(({ path, title }) => (
          <li key={path}>
            <Link href={path}>{title}</Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
