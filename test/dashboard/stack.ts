import type { Static, TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { openPipeline, type Claims, type PipelineUnderTest } from '../integration/pipeline.ts';
import { startReplay } from '../integration/replay.ts';
import { SAMPLE_LOG } from '../integration/sample-count.ts';

/** The whole pipeline with one lap of the sample log, and an API that lets everyone choose who to be. */
export interface SampleStack {
  readonly pipeline: PipelineUnderTest;
  readonly url: string;
  /** GET that must answer 200 of the given schema. */
  read<Schema extends TSchema>(schema: Schema, path: string, claims: Claims): Promise<Static<Schema>>;
}

export async function openSampleStack(): Promise<SampleStack> {
  const pipeline = await openPipeline('dashboard', { LOCAL_SIGN_IN: '1' });
  await pipeline.start('consumer');
  await pipeline.start('aggregator');
  await startReplay(pipeline.env, [SAMPLE_LOG, '--shift-to-now']).summary;
  await pipeline.settled();
  await pipeline.start('api');
  return {
    pipeline,
    url: `http://127.0.0.1:${pipeline.env['PORT']}`,
    async read(schema, path, claims) {
      const answer = await pipeline.get(path, claims);
      if (Value.Check(schema, answer)) return answer;
      throw new Error(`${path}: not of the schema`);
    },
  };
}
