import type { Static, TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { readSecrets } from '../../platform/tokens/secret.ts';
import { signToken, type Claims } from '../../api/auth/tokens.ts';
import { createSignInCode } from '../../api/dashboard/sign-in-codes.ts';
import { signInLink } from '../../deploy/local/sign-in-link.ts';
import { callEvent, insertEvents } from '../api/tables.ts';
import { openPipeline, type PipelineUnderTest } from '../integration/pipeline.ts';
import { startReplay } from '../integration/replay.ts';
import { SAMPLE_LOG } from '../integration/sample-count.ts';

/** It uses additional credits on one of the sample log's four days. */
export const ORG = 'net-68';
/** A call to a product without a subscription. */
export const OTHER = { product: 'bigin', credits: 7 } as const;
const HOUR_MS = 3_600_000;

/** The whole pipeline with one repetition of the sample log, and the local sign-in. */
export interface SampleStack {
  readonly pipeline: PipelineUnderTest;
  readonly url: string;
  /** GET as the organisation's admin. Throws unless the answer matches the schema. */
  read<Schema extends TSchema>(schema: Schema, path: string): Promise<Static<Schema>>;
  /** The path of a link that signs a browser in once. */
  signInLink(): string;
  tokenOf(claims: Claims): Promise<string>;
  /** Records a call of an organisation that was made just now. */
  use(orgId: string, credits: number): Promise<void>;
}

const ADMIN = { role: 'admin', sub: 'check', org: ORG } as const;
const VALID_MS = 600_000;

export async function openSampleStack(): Promise<SampleStack> {
  const pipeline = await openPipeline('dashboard', { LOCAL_SIGN_IN: 'on' });
  const replay = startReplay(pipeline.env, [SAMPLE_LOG, '--shift-to-now']).summary;
  const stages = ['consumer', 'aggregator', 'api'] as const;
  await Promise.all([...stages.map((stage) => pipeline.start(stage)), replay]);
  const twice = callEvent({
    org_id: ORG,
    user_id: 'eve',
    occurred_at: Date.now() - 2 * HOUR_MS,
    ...OTHER,
  });
  await insertEvents(pipeline.client, [twice]);
  await insertEvents(pipeline.client, [{ ...twice, credits: OTHER.credits + 1 }]);
  await pipeline.settled();
  return {
    pipeline,
    url: `http://127.0.0.1:${pipeline.env['PORT']}`,
    async read(schema, path) {
      const answer = await pipeline.get(path, ADMIN);
      if (Value.Check(schema, answer)) return answer;
      throw new Error(`${path}: the answer does not match the schema`);
    },
    signInLink: () => signInLink('', createSignInCode(pipeline.dataDir)),
    use: (orgId, credits) =>
      insertEvents(pipeline.client, [
        callEvent({ org_id: orgId, user_id: 'eve', occurred_at: Date.now() - 1, credits }),
      ]),
    tokenOf: (claims) => signToken(readSecrets(pipeline.env)[0], claims, Date.now() + VALID_MS),
  };
}
