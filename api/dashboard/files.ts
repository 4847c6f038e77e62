import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { projectRoot } from '../../schemas/root.ts';
import { namesMediaType } from '../http/accept.ts';
import { serveFiles, type OpenFile } from '../http/files.ts';
import type { ApiServer } from '../server.ts';

/** The addresses of the dashboard's screens. All serve the same page, whose script shows the screen. */
export const SCREENS = [
  '/',
  '/credits',
  '/calls',
  '/alerts',
  '/catalogues',
  '/platform-alerts',
  '/budgets',
  '/simulator',
  '/settings',
  '/organisations',
  '/dead-letters',
] as const;

const PAGE = 'index.html';
const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Serves the dashboard that Vite has built from web/. Throws if it has not been built. */
export function dashboardPages(app: ApiServer): void {
  const files = readBuiltFiles(join(projectRoot(), 'dist', 'dashboard'));
  serveFiles(
    app,
    files.flatMap(({ name, ...file }): OpenFile[] => {
      if (name === PAGE) return SCREENS.map((url) => Object.assign({ url }, file));
      // The names of assets change with their content.
      return [{ url: `/${name}`, ...file, isImmutable: name.startsWith('assets/') }];
    }),
  );
  const page = files.find(({ name }) => name === PAGE);
  if (page === undefined) throw notBuilt();
  answerWrongAddresses(app, page);
}

/** A person who opens a wrong address gets the dashboard's page with links onward; a program gets a problem document. */
function answerWrongAddresses(app: ApiServer, { mediaType, content }: BuiltFile): void {
  app.addHook('onRequest', async (request, reply) => {
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (!request.is404 || !isRead || request.url.startsWith('/v1/')) return undefined;
    reply.header('vary', 'accept');
    if (!namesMediaType(request.headers.accept, 'text/html')) return undefined;
    return reply.code(404).type(mediaType).send(content);
  });
}

interface BuiltFile extends Pick<OpenFile, 'mediaType' | 'content'> {
  /** The path below the folder. */
  readonly name: string;
}

function readBuiltFiles(folder: string): BuiltFile[] {
  return namesIn(folder).map((name) => {
    const mediaType = MEDIA_TYPES[extname(name)];
    if (mediaType === undefined) throw new Error(`Add a media type for the dashboard's file ${name}.`);
    return { name, mediaType, content: readFileSync(join(folder, name)) };
  });
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
      .toSorted();
  } catch (error) {
    throw notBuilt(error);
  }
}

const notBuilt = (cause?: unknown): Error =>
  new Error('The dashboard is not built: run `npm run build`.', { cause });
