import { Type } from 'typebox';

/** Warns of a misspelt id: in the local stack every organisation has terms (interfaces.md, Replay). */
export const TermsAssumed = Type.Boolean({
  description:
    'True where nothing is recorded about the organisation and the local stack assumes its sample terms: the id may be misspelt. Always false outside of the local stack.',
});
