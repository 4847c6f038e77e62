import type { OrgFacts } from '../state/facts.ts';
import { may } from '../state/rights.ts';

export type ScreenPath = '/' | '/credits' | '/calls' | '/simulator';

/** What every screen is given. */
export interface ScreenProps {
  readonly org: string;
  readonly facts: OrgFacts;
}

interface Screen {
  readonly path: ScreenPath;
  readonly title: string;
  readonly isOffered: () => boolean;
}

/** The screens, in the order of the tabs; to whom they are of no use they are not offered. */
export const SCREENS: readonly Screen[] = [
  { path: '/', title: 'Overview', isOffered: () => may('read-credits') && may('read-usage') },
  { path: '/credits', title: 'Credits', isOffered: () => may('read-billing') },
  { path: '/calls', title: 'Call log', isOffered: () => may('read-calls') },
  { path: '/simulator', title: 'Simulator', isOffered: () => true },
];

/** The screen of an address; the first that is offered where it names none. */
export function screenAt(path: string): ScreenPath {
  const offered = SCREENS.filter(({ isOffered }) => isOffered());
  return (offered.find((screen) => screen.path === path) ?? offered[0])?.path ?? '/simulator';
}
