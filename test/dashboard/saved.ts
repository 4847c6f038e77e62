import { readFile } from 'node:fs/promises';
import type { Locator, Page } from 'playwright-core';
import { parseCsv } from '../api/statements/files.ts';

/** The content of the file that a button saves. */
export async function savedFile(page: Page, button: Locator): Promise<string> {
  const [file] = await Promise.all([page.waitForEvent('download'), button.click()]);
  return readFile(await file.path(), 'utf8');
}

/** Its records, by the names of the first line. */
export const savedCsv = async (page: Page, button: Locator): Promise<Record<string, string>[]> =>
  parseCsv(await savedFile(page, button));
