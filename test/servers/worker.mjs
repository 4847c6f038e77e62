/** In each thread that runs suites: a time limit, which the runner leaves out. */
import { addEventHandler } from 'jest-circus';

/** Of a busy two-core machine, which runs the servers as well. */
const TIMEOUT_MS = 120_000;

addEventHandler(({ name, timeout }, { currentDescribeBlock: { children, hooks } }) => {
  const added = name === 'add_test' ? children.at(-1) : name === 'add_hook' ? hooks.at(-1) : undefined;
  if (added?.fn) added.fn = limited(added.fn, timeout ?? TIMEOUT_MS);
});

/** What hangs fails, instead of holding up the run. */
function limited(run, timeoutMs) {
  return async () => {
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`not done after ${timeoutMs / 1_000} s`)), timeoutMs);
    });
    try {
      await Promise.race([run(), late]);
    } finally {
      clearTimeout(timer);
    }
  };
}
