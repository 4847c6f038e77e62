import type { UsersRequest } from '../../store/usage/read-users.ts';
import type { Sources } from '../dependencies.ts';
import { chooseSubscription, findOrg } from '../orgs/subscription.ts';
import { readNewest } from '../usage/newest.ts';
import { storedPart, type Window } from './window.ts';

/** Whose current usage, by user: of the answer and of the file. */
export interface RequestedUsers {
  readonly orgId: string;
  readonly product: string;
  readonly lagSeconds: number;
  readonly users: Omit<UsersRequest, 'after' | 'limit'>;
}

/** Throws the Problems of findOrg and chooseSubscription. @param by.only the user to whose calls it is limited */
export async function requestedUsers(
  sources: Sources,
  by: { readonly org: string; readonly product: string | undefined; readonly only: string | undefined },
  window: Window,
): Promise<RequestedUsers> {
  const { settings, sealed, lagSeconds } = await readNewest(sources, by.org);
  const org = findOrg(settings, by.org);
  const { product } = chooseSubscription(org, by.product, window.to);
  const filters = by.only === undefined ? { product } : { product, user: by.only };
  const users = { orgId: org.orgId, sealed, ...storedPart(window), filters };
  return { orgId: org.orgId, product, lagSeconds, users };
}
