import { Type } from 'typebox';

/** The query of a route without parameters: a misspelt one is rejected, not ignored. */
export const NoQuery = Type.Object({}, { additionalProperties: false });
