import type { ComponentChildren } from 'preact';
import { goTo } from '../state/address.ts';

interface LinkProps {
  readonly href: string;
  readonly children: ComponentChildren;
  readonly class?: string;
  readonly isCurrent?: boolean;
}

/** A link within the dashboard. A plain click changes the screen; the browser handles every other click. */
export function Link({ href, children, isCurrent = false, ...rest }: LinkProps) {
  return (
    <a
      href={href}
      {...rest}
      aria-current={isCurrent ? 'page' : undefined}
      onClick={(event) => {
        if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        goTo(href);
        scrollTo(0, 0);
      }}
    >
      {children}
    </a>
  );
}
