import { Type } from 'typebox';

/** A number of calls, days or records in an answer. */
export const Count = Type.Integer({ minimum: 0 });

/** Credits in an answer: an integer (interfaces.md, HTTP). */
export const Credits = Type.Integer({ minimum: 0 });
