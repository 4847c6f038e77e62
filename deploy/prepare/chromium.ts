/** A browser for the dashboard's suites and screenshots: what is there, or Debian's. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { runStep } from './command.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const ON_A_MAC = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';

/** @returns the path of a Chromium: by CHROMIUM_PATH first, then from the PATH */
export function findChromium(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const onPath = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [process.env['CHROMIUM_PATH'], ...onPath, ON_A_MAC].find((path) => path && existsSync(path));
}

/** Where there is none and this may be done: Debian's package. Otherwise what needs it is named as not run. */
export async function installChromium(): Promise<void> {
  if (findChromium() !== undefined || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  try {
    await runStep('updating the package lists', 'apt-get', ['update', '-q'], { env });
    await runStep(
      'installing Chromium',
      'apt-get',
      ['install', '-y', '-q', '--no-install-recommends', 'chromium'],
      { env },
    );
  } catch (error) {
    console.error(`Chromium could not be installed: ${String(error)}`);
  }
}
