import { isLoopback } from '../loopback.ts';

/** Plain http only on this machine: elsewhere anyone on the way could read and replace what it carries. */
export const isTrustedUrl = ({ protocol, hostname }: URL): boolean =>
  protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
