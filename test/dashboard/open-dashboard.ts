import { launchBrowser, openPage, shown, signIn, type WatchedPage } from './browser.ts';
import { openSampleStack, ORG, type SampleStack } from './stack.ts';

/** One page that all tests share. Each test continues where the previous one ended: opening a page is slow. */
export interface OpenDashboard extends WatchedPage {
  readonly stack: SampleStack;
  close(): Promise<void>;
}

/** Signed in as the super admin, on the overview. */
export async function openDashboard(): Promise<OpenDashboard> {
  const [stack, browser] = await Promise.all([openSampleStack(), launchBrowser()]);
  const watched = await openPage(browser, stack.url);
  await watched.page.goto(stack.signInLink());
  await signIn(watched.page, ORG, 'super_admin');
  await shown(watched.page);
  return {
    ...watched,
    stack,
    close: async () => {
      await Promise.all([browser.close(), stack.pipeline.stop()]);
    },
  };
}
