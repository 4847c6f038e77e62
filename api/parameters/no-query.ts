import { Type } from 'typebox';

/** An address that takes no parameters: a misspelt one is told of, not ignored. */
export const NoQuery = Type.Object({}, { additionalProperties: false });
