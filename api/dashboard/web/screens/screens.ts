import type { OrgProfile } from '../state/org-profile.ts';
import { may } from '../state/permissions.ts';

export type ScreenPath = '/' | '/credits' | '/calls' | '/simulator';

/** The properties of every screen. */
export interface ScreenProps {
  readonly org: string;
  readonly profile: OrgProfile;
}

interface Screen {
  readonly path: ScreenPath;
  readonly title: string;
  readonly isOffered: () => boolean;
}

/** The screens in the order of the tabs. Each is offered to roles that may read its data. */
export const SCREENS: readonly Screen[] = [
  { path: '/', title: 'Overview', isOffered: () => may('read-credits') && may('read-usage') },
  { path: '/credits', title: 'Credits', isOffered: () => may('read-billing') },
  { path: '/calls', title: 'Call log', isOffered: () => may('read-calls') },
  { path: '/simulator', title: 'Simulator', isOffered: () => true },
];

export const offeredScreens = (): readonly Screen[] => SCREENS.filter(({ isOffered }) => isOffered());

/** The screen at an address, or the first offered one if the role has no access to it; undefined for a wrong address. */
export function screenAt(path: string): Screen | undefined {
  const screen = SCREENS.find((each) => each.path === path);
  if (screen === undefined) return undefined;
  return screen.isOffered() ? screen : offeredScreens()[0];
}
