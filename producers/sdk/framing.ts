import { accessOf, accessProblems } from '../../platform/schema-registry/access.ts';
import { SchemaRegistry } from '../../platform/schema-registry/client.ts';
import { callEventSchemaJson } from '../../schemas/call-event.ts';
import { isSchemaId, MAX_SCHEMA_ID } from '../../schemas/registry-framing.ts';
import { RegistryFraming } from '../registry-framing.ts';
import type { Transport } from '../transport.ts';
import type { Framing } from './framing-options.ts';

const NAMES = { url: 'url', username: 'username', password: 'password', token: 'token', ca: 'ca' };

/**
 * A transport whose records are framed.
 * @param topic of the calls @throws RangeError if the options are invalid
 */
export function framed(inner: Transport, framing: Framing, topic: string): Transport {
  if ('schemaId' in framing) {
    const { schemaId } = framing;
    if (!isSchemaId(schemaId))
      throw new RangeError(`schemaId must be an integer from 1 to ${MAX_SCHEMA_ID}.`);
    return new RegistryFraming(
      inner,
      () => Promise.resolve(schemaId),
      () => undefined,
    );
  }
  if (!('registry' in framing)) throw new RangeError('framing must have a schemaId or a registry.');
  const { subject = `${topic}-value`, register = false, ...options } = framing.registry;
  const problems = accessProblems(options, NAMES);
  if (problems.length > 0) throw new RangeError(`framing.registry: ${problems.join('; ')}.`);
  const registry = new SchemaRegistry(accessOf(options));
  return new RegistryFraming(
    inner,
    () => registry.idOf(subject, callEventSchemaJson, register),
    () => registry.close(),
  );
}
