import type { ApiDependencies } from '../dependencies.ts';
import type { ApiServer } from '../server.ts';
import { alertDeliveryRoutes } from './delivery-routes.ts';
import { alertDestinationRoutes } from './destination-routes.ts';
import { alertListRoutes } from './list-routes.ts';
import { alertRulesRoutes } from './rules-routes.ts';
import { webhookSecretRoutes } from './secret-routes.ts';

/** Everything about alerts: which there are, by which rules, and where they are delivered to. */
export function alertRoutes(app: ApiServer, dependencies: ApiDependencies): void {
  alertListRoutes(app, dependencies);
  alertRulesRoutes(app, dependencies);
  alertDestinationRoutes(app, dependencies);
  webhookSecretRoutes(app, dependencies);
  alertDeliveryRoutes(app, dependencies);
}
