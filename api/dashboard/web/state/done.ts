import { signal } from '@preact/signals';

/** As long as a short sentence takes to be noticed and read. */
const SHOWN_MS = 6_000;

/** What has just been done on a screen; empty after a while. */
export const done = signal('');
let timer: ReturnType<typeof setTimeout> | undefined;

export function sayDone(text: string): void {
  clearTimeout(timer);
  done.value = text;
  timer = setTimeout(() => (done.value = ''), SHOWN_MS);
}
