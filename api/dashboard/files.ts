import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { projectRoot } from '../../schemas/root.ts';
import { serveFiles, type OpenFile } from '../http/files.ts';
import type { ApiServer } from '../server.ts';

/** The addresses of the dashboard's screens: one page, whose script shows what the address names. */
export const SCREENS = ['/', '/credits', '/calls', '/simulator'] as const;

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** The dashboard as Vite has built it (web/). Throws where it is not built. */
export function dashboardPages(app: ApiServer): void {
  serveFiles(app, builtFiles(join(projectRoot(), 'dist', 'dashboard')));
}

function builtFiles(folder: string): OpenFile[] {
  return namesIn(folder).flatMap((name): OpenFile[] => {
    const mediaType = MEDIA_TYPES[extname(name)];
    if (mediaType === undefined) throw new Error(`${name} of the dashboard is of no type that is served.`);
    const file = { mediaType, content: readFileSync(join(folder, name)) };
    if (name === 'index.html') return SCREENS.map((url) => Object.assign({ url }, file));
    // Their names change with their content.
    return [{ url: `/${name}`, ...file, isImmutable: name.startsWith('assets/') }];
  });
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
      .toSorted();
  } catch (error) {
    throw new Error('The dashboard is not built: run `npm run build`.', { cause: error });
  }
}
