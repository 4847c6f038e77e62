import type { Static, TObject, TProperties } from 'typebox';
import { readBoth, readConfig, type Environment } from '../config.ts';
import type { KafkaSecurity } from './security.ts';
import { readKafkaSecurity } from './security-config.ts';

/**
 * The configuration of a program that connects to Kafka: its variables, and how it secures its connections.
 * @throws ConfigError with every problem of both
 */
export function readKafkaConfig<Variables extends TProperties>(
  env: Environment,
  variables: Variables,
): Static<TObject<Variables>> & { readonly kafkaSecurity: KafkaSecurity } {
  const [config, kafkaSecurity] = readBoth(
    () => readConfig(env, variables),
    () => readKafkaSecurity(env),
  );
  return { ...config, kafkaSecurity };
}
