import helmet from '@fastify/helmet';
import type { ApiServer } from '../server.ts';

/**
 * Pages (the reference, the dashboard) run their own files only: no inline script or style, nothing from elsewhere.
 * Images may be data: the reference's style sheet brings its icons along.
 */
const POLICY = {
  useDefaults: false,
  directives: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'", 'data:'],
    fontSrc: ["'self'"],
    connectSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
  },
};

/** Headers that tell browsers what an answer may not do. */
export async function addSecurityHeaders(app: ApiServer): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: POLICY,
    frameguard: { action: 'deny' },
    referrerPolicy: { policy: 'no-referrer' },
  });
}
