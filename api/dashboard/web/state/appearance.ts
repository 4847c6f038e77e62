import { effect, signal } from '@preact/signals';

const KEY = 'theme';
const systemIsDark = matchMedia('(prefers-color-scheme: dark)');

type Theme = 'light' | 'dark';
const ofSystem = (): Theme => (systemIsDark.matches ? 'dark' : 'light');
const chosen = (): Theme | undefined => {
  const text = localStorage.getItem(KEY);
  return text === 'light' || text === 'dark' ? text : undefined;
};

/** What is seen: the system's, or what was chosen here. */
export const appearance = signal<Theme>(chosen() ?? ofSystem());

systemIsDark.addEventListener('change', () => {
  if (chosen() === undefined) appearance.value = ofSystem();
});
effect(() => {
  document.documentElement.dataset['theme'] = appearance.value;
});

export function toggleAppearance(): void {
  const next = appearance.value === 'dark' ? 'light' : 'dark';
  // What the system has needs no memory: it follows the system again.
  if (next === ofSystem()) localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, next);
  appearance.value = next;
}
