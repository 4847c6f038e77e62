import { effect, signal } from '@preact/signals';

const KEY = 'theme';
const systemIsDark = matchMedia('(prefers-color-scheme: dark)');

type Theme = 'light' | 'dark';
const systemTheme = (): Theme => (systemIsDark.matches ? 'dark' : 'light');
const chosenTheme = (): Theme | undefined => {
  const text = localStorage.getItem(KEY);
  return text === 'light' || text === 'dark' ? text : undefined;
};

/** The theme on screen: the one chosen here, else the system's. */
export const theme = signal<Theme>(chosenTheme() ?? systemTheme());

systemIsDark.addEventListener('change', () => {
  if (chosenTheme() === undefined) theme.value = systemTheme();
});
effect(() => {
  document.documentElement.dataset['theme'] = theme.value;
});

export function toggleTheme(): void {
  const next = theme.value === 'dark' ? 'light' : 'dark';
  // Choosing the system's own theme means following the system again.
  if (next === systemTheme()) localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, next);
  theme.value = next;
}
