import type { OrgProfile } from '../state/org-profile.ts';
import { may, mayGlobally } from '../state/permissions.ts';

type OrgScreenPath = '/' | '/credits' | '/calls' | '/alerts' | '/budgets' | '/simulator' | '/settings';
/** Screens that show no single organisation. */
export type GlobalScreenPath = '/organisations' | '/catalogues' | '/platform-alerts' | '/dead-letters';
export type ScreenPath = OrgScreenPath | GlobalScreenPath;

/** The properties of every screen of an organisation. */
export interface ScreenProps {
  readonly org: string;
  readonly profile: OrgProfile;
}

interface Offer {
  readonly title: string;
  readonly isOffered: () => boolean;
}
type OrgScreen = Offer & { readonly path: OrgScreenPath; readonly isOfOrg: true };
type GlobalScreen = Offer & { readonly path: GlobalScreenPath; readonly isOfOrg: false };
type Screen = OrgScreen | GlobalScreen;

/** The screens in the order of the tabs. Each is offered to roles that may read its data. */
export const SCREENS: readonly Screen[] = [
  {
    path: '/',
    title: 'Overview',
    isOfOrg: true,
    isOffered: () => may('read-credits') && may('read-usage'),
  },
  { path: '/credits', title: 'Credits', isOfOrg: true, isOffered: () => may('read-billing') },
  { path: '/calls', title: 'Call log', isOfOrg: true, isOffered: () => may('read-calls') },
  { path: '/alerts', title: 'Alerts', isOfOrg: true, isOffered: () => may('read-alerts') },
  { path: '/budgets', title: 'Budgets', isOfOrg: true, isOffered: () => may('read-budgets') },
  { path: '/settings', title: 'Settings', isOfOrg: true, isOffered: () => may('read-settings') },
  { path: '/simulator', title: 'Simulator', isOfOrg: true, isOffered: () => true },
  {
    path: '/organisations',
    title: 'Organisations',
    isOfOrg: false,
    isOffered: () => mayGlobally('read-orgs'),
  },
  {
    path: '/catalogues',
    title: 'Catalogues',
    isOfOrg: false,
    isOffered: () => mayGlobally('change-catalogues'),
  },
  {
    path: '/platform-alerts',
    title: 'Alerts',
    isOfOrg: false,
    isOffered: () => mayGlobally('change-alert-defaults'),
  },
  {
    path: '/dead-letters',
    title: 'Dead letters',
    isOfOrg: false,
    isOffered: () => mayGlobally('read-dead-letters'),
  },
];

export const offeredScreens = (): readonly Screen[] => SCREENS.filter(({ isOffered }) => isOffered());

/** Where a chosen organisation is shown first: what the role reads most. */
export const firstOrgScreen = (): ScreenPath => offeredScreens().find(({ isOfOrg }) => isOfOrg)?.path ?? '/';

/** The screen at an address, or the first offered one if the role has no access to it; undefined for a wrong address. */
export function screenAt(path: string): Screen | undefined {
  const screen = SCREENS.find((each) => each.path === path);
  if (screen === undefined) return undefined;
  return screen.isOffered() ? screen : offeredScreens()[0];
}
