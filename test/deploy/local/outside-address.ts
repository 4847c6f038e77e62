import { networkInterfaces } from 'node:os';

/** An address by which other machines reach this one; undefined where there is none. */
export const outsideAddress = (): string | undefined =>
  Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
