import { Type, type TObject } from 'typebox';
import { Value } from 'typebox/value';
import { isCatalogueName, type CatalogueName } from '../../domain/catalogues/catalogues.ts';
import { CostsShape } from '../../domain/catalogues/costs.ts';
import { EditionsShape } from '../../domain/catalogues/editions.ts';
import { PriceBookShape } from '../../domain/catalogues/prices.ts';
import { callerOf } from '../auth/guard.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { Instant } from '../parameters/instant.ts';
import { NoQuery } from '../parameters/no-query.ts';
import { NextCursor, pageOf, PageQuery } from '../parameters/page.ts';
import type { ApiServer } from '../server.ts';
import { changeAnswer, ChangeAnswer } from '../settings/change-answer.ts';
import {
  CHANGE_PROBLEMS,
  ChangeHeaders,
  effectiveProperty,
  reasonProperty,
  recordCommand,
} from '../settings/record.ts';
import { versionAt, versionsOf } from './versions.ts';

const URL = '/v1/catalogues';
/** Enough for some thousand editions; Kafka accepts records of 1 MiB. */
const BODY_LIMIT_BYTES = 512 * 1024;

const recordingProperties = { ...effectiveProperty, ...reasonProperty };
/** The fields of a new version that do not depend on the catalogue. */
const Recording = Type.Object(recordingProperties);

export const CatalogueHistoryAnswer = Type.Object(
  {
    changes: Type.Array(ChangeAnswer, {
      description: 'Changes of all three, newest first, including rejected ones.',
    }),
    next_cursor: NextCursor,
  },
  { additionalProperties: false },
);

/** The catalogues of editions, prices and costs: their versions, new versions and the history. */
export function catalogueRoutes(app: ApiServer, sources: ApiDependencies): void {
  catalogueRoute(app, sources, 'editions', EditionsShape);
  catalogueRoute(app, sources, 'prices', PriceBookShape);
  catalogueRoute(app, sources, 'costs', CostsShape);

  app.route({
    method: 'GET',
    url: `${URL}/history`,
    config: { access: 'change-catalogues' },
    schema: {
      summary: 'Every change of the catalogues: who, when, why',
      querystring: PageQuery,
      response: { 200: CatalogueHistoryAnswer },
    },
    handler: async ({ query }) => {
      const settings = await sources.settings.refresh();
      const newestFirst = (await sources.settings.outcomesOf(settings, '')).toReversed();
      const changes = newestFirst.filter(({ change }) => isCatalogueName(change.kind));
      const { page, next_cursor } = pageOf(
        changes,
        ({ change }) => String(change.offset),
        changeAnswer,
        query,
      );
      return { changes: page, next_cursor };
    },
  });
}

/** @param shape a version of the catalogue, as JSON */
function catalogueRoute(app: ApiServer, sources: ApiDependencies, name: CatalogueName, shape: TObject): void {
  const strict = { additionalProperties: false };
  const Version = Type.Object({ ...shape.properties, effective_at: Instant }, strict);

  app.route({
    method: 'GET',
    url: `${URL}/${name}`,
    config: { access: 'read-prices' },
    schema: {
      summary: `The versions of ${name}`,
      querystring: PageQuery,
      response: {
        200: Type.Object(
          {
            catalogue: Type.Literal(name),
            in_effect: Type.Object(Version.properties, {
              ...strict,
              description: 'The version in effect now.',
            }),
            versions: Type.Array(Version, { description: 'In the order in which they take effect.' }),
            next_cursor: NextCursor,
          },
          strict,
        ),
      },
    },
    handler: async ({ query }) => {
      const versions = versionsOf(await sources.settings.refresh(), name);
      const { page, next_cursor } = pageOf(
        versions,
        ({ effective_at }) => effective_at,
        (version) => version,
        query,
      );
      return {
        catalogue: name,
        in_effect: versionAt(versions, sources.now()),
        versions: page,
        next_cursor,
      };
    },
  });

  app.route({
    method: 'POST',
    url: `${URL}/${name}`,
    bodyLimit: BODY_LIMIT_BYTES,
    config: { access: 'change-catalogues' },
    schema: {
      summary: `A new version of ${name}, in effect now or later`,
      querystring: NoQuery,
      headers: ChangeHeaders,
      body: Type.Object({ ...shape.properties, ...recordingProperties }, strict),
      response: {
        201: Type.Object({ catalogue: Type.Literal(name), recorded: ChangeAnswer }, strict),
        ...CHANGE_PROBLEMS,
      },
    },
    handler: async (request, reply) => {
      const body: unknown = request.body;
      if (!Value.Check(Recording, body))
        throw new Error(`The validator accepted an invalid body of ${name}.`);
      const { effective_at, reason, ...value } = body;
      const outcome = await recordCommand(sources, callerOf(request), request.headers, {
        kind: name,
        org_id: '',
        product: '',
        value,
        effective_at,
        reason,
      });
      void reply.code(201).header('location', `${URL}/${name}`);
      return { catalogue: name, recorded: changeAnswer(outcome) };
    },
  });
}
