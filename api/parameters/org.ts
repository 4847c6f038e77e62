import { Type } from 'typebox';
import { MAX_NAME_BYTES } from '../../schemas/event-rules.ts';

export const OrgParams = Type.Object({
  org: Type.String({
    minLength: 1,
    maxLength: MAX_NAME_BYTES,
    description: 'the organisation, percent-encoded',
  }),
});

/** A name as events carry it: a value to compare with, so any text will do. */
export const Name = (meaning: string) =>
  Type.String({ minLength: 1, maxLength: MAX_NAME_BYTES, description: meaning });

export const ProductParameter = Type.Optional(
  Name('the subscription’s product; may be left out where the organisation has one subscription'),
);
