import { Type } from 'typebox';
import { MAX_NAME_BYTES } from '../../schemas/event-rules.ts';

export const OrgParams = Type.Object({
  org: Type.String({
    minLength: 1,
    maxLength: MAX_NAME_BYTES,
    description: 'the organisation, percent-encoded',
  }),
});

/** A name to compare with those of events: any text is allowed. */
export const Name = (meaning: string) =>
  Type.String({ minLength: 1, maxLength: MAX_NAME_BYTES, description: meaning });

export const ProductParameter = Type.Optional(
  Name('the subscription’s product; optional where the organisation has one subscription'),
);
