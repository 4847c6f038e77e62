import { createServer } from 'node:https';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { issue, newAuthority } from '../servers/certificates.ts';

/** Takes https and hands each request to the next of several API processes, as a platform's load balancer does. */
export interface LoadBalancer {
  readonly url: string;
  /** Where requests go, in turn; none until some are given. */
  targets: readonly string[];
  /** How many requests went to each target. */
  readonly handled: ReadonlyMap<string, number>;
  close(): Promise<void>;
}

export async function startLoadBalancer(): Promise<LoadBalancer> {
  const { certificate: cert, keyPem: key } = issue(newAuthority('test'), {
    name: 'test',
    ips: ['127.0.0.1'],
  });
  const handled = new Map<string, number>();
  let requests = 0;
  const server = createServer({ cert, key }, (incoming, answer) => {
    const target = balancer.targets[(requests += 1) % balancer.targets.length] ?? '';
    handled.set(target, (handled.get(target) ?? 0) + 1);
    const { method, headers, url } = incoming;
    const onward = request(target + url, { method, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const balancer: LoadBalancer = {
    url: `https://127.0.0.1:${isAddress(address) ? address.port : 0}`,
    targets: [],
    handled,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return balancer;
}

const isAddress = (address: AddressInfo | string | null): address is AddressInfo =>
  typeof address === 'object' && address !== null;
