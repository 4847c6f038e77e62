import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import type { ScreenPath } from '../screens/screens.ts';
import { DoneNotice } from './done-notice.tsx';
import { Header } from './header.tsx';
import { StaleNotice } from './stale.tsx';

interface PageProps {
  /** Empty on a screen that shows no single organisation, before one is chosen. */
  readonly org: string;
  /** Undefined at a wrong address. */
  readonly screen: ScreenPath | undefined;
  readonly title: string;
  readonly products?: readonly string[];
  readonly zone: string;
  readonly children: ComponentChildren;
}

/** The frame of every screen: its title, the header, and whether its figures are old. */
export function Page({ org, screen, title, products = [], zone, children }: PageProps) {
  useEffect(() => {
    document.title = [title, org, 'API credits'].filter((part) => part !== '').join(' · ');
    return () => {
      document.title = 'API credits';
    };
  }, [title, org]);
  return (
    <>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <Header org={org} screen={screen} products={products} />
      <StaleNotice zone={zone} />
      <DoneNotice />
      <main id="main" tabIndex={-1}>
        {children}
      </main>
    </>
  );
}
