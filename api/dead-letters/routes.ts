import type { ApiDependencies } from '../dependencies.ts';
import type { ApiServer } from '../server.ts';
import { deadLetterCheckRoute } from './check-route.ts';
import { deadLetterListRoutes } from './list-routes.ts';
import { deadLetterReplayRoutes } from './replay-routes.ts';

/** Dead letters, for the operator of the platform alone. */
export function deadLetterRoutes(app: ApiServer, dependencies: ApiDependencies): void {
  deadLetterListRoutes(app, dependencies);
  deadLetterCheckRoute(app, dependencies);
  deadLetterReplayRoutes(app, dependencies);
}
