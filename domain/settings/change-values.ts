import { Type } from 'typebox';
import { MAX_USERS } from '../catalogues/editions.ts';

/** D: no platform sells more in 24 hours. It also keeps every sum far below 2^53. */
const MAX_ADDITIONAL_LIMIT = 1_000_000_000;

export const EditionName = Type.String({
  minLength: 1,
  maxLength: 128,
  description: 'an edition of the catalogue',
});
export const Users = Type.Integer({ minimum: 0, maximum: MAX_USERS, description: 'licensed users' });
/** Additional credits allowed per 24 hours. */
export const AdditionalLimit = Type.Integer({
  minimum: 0,
  maximum: MAX_ADDITIONAL_LIMIT,
  description: 'credits beyond the included ones that 24 hours may use; 0 means that nothing is ever charged',
});

const strict = { additionalProperties: false };
const timeZone = Type.String({ maxLength: 64, description: 'an IANA name such as Europe/Rome' });
const billingDay = Type.Integer({
  minimum: 1,
  maximum: 31,
  description: 'the day of the month on which billing periods begin; the last day in shorter months',
});

/** The value of a change of kind `new-org`. */
export const NewOrgValue = Type.Object({ time_zone: timeZone, billing_day: billingDay }, strict);
/** The value of a change of kind `org`: the settings that change. */
export const OrgValue = Type.Object(
  { time_zone: Type.Optional(timeZone), billing_day: Type.Optional(billingDay) },
  { ...strict, minProperties: 1 },
);
/** The value of a change of kind `subscription`: the settings that change. */
export const SubscriptionValue = Type.Object(
  {
    edition: Type.Optional(EditionName),
    users: Type.Optional(Users),
    additional_limit: Type.Optional(AdditionalLimit),
  },
  { ...strict, minProperties: 1 },
);
