import { createRequire, Module } from 'node:module';
import type kafkajsTypes from 'kafkajs';
import type { Batch } from 'kafkajs';
import { knowingCluster, type CreateAdmin } from './kafkajs-admin.ts';
import { KafkajsBatch } from './kafkajs-batch.ts';
import { readingFromLeaderAgain, type GroupMemberClass } from './kafkajs-read-replica.ts';
import type { RecordSet } from './record-set.ts';

/**
 * kafkajs 2.2.4 with some of its modules replaced: it keeps groups, metadata and connections, and what runs for every
 * record is ours. All other code imports kafkajs's values from here, never from the package (a test holds it to that):
 * a module can be replaced only before kafkajs has loaded it.
 */
const require = createRequire(import.meta.url);

/** What is used of kafkajs's decoder of answers. */
interface Decoder {
  readInt32(): number;
  readBytes(size: number): Buffer;
}

// Record batches stay bytes, which KafkajsBatch reads.
replace('protocol/requests/fetch/v4/decodeMessages.js', (decoder: Decoder): Promise<Buffer> => {
  const size = decoder.readInt32();
  return Promise.resolve(size > 0 ? decoder.readBytes(size) : Buffer.alloc(0));
});
replace('consumer/batch.js', KafkajsBatch);
const GROUP_MEMBER = 'consumer/consumerGroup.js';
const groupMember: GroupMemberClass = require(`kafkajs/src/${GROUP_MEMBER}`);
replace(GROUP_MEMBER, readingFromLeaderAgain(groupMember));
const ADMIN = 'admin/index.js';
const createAdmin: CreateAdmin = require(`kafkajs/src/${ADMIN}`);
replace(ADMIN, knowingCluster(createAdmin));

/** What is used of kafkajs's definitions of a request. */
interface RequestDefinitions {
  readonly versions: readonly string[];
  protocol(version: object): (options: object) => unknown;
}

/** What is used of kafkajs's table of the brokers' errors. */
interface KnownError {
  readonly code: number;
  retriable: boolean;
}

// The end of a log is its high watermark. kafkajs's admin client asks for the last stable offset and has no option for
// another: records behind an open transaction would not count as lag. Consumers name their isolation themselves.
const READ_UNCOMMITTED = 0;
const LIST_OFFSETS = 'protocol/requests/listOffsets/index.js';
const listOffsets: RequestDefinitions = require(`kafkajs/src/${LIST_OFFSETS}`);
replace(LIST_OFFSETS, {
  versions: listOffsets.versions,
  protocol: (version: object) => {
    const request = listOffsets.protocol(version);
    return (options: { readonly isolationLevel?: number }) =>
      request({ ...options, isolationLevel: options.isolationLevel ?? READ_UNCOMMITTED });
  },
});

// While a login is rejected, another request (such as a refresh of the metadata) may reach the same connection first.
// The broker rejects it and closes the connection. kafkajs gives up on that, and would end the process; repeated, the
// request logs in on a new connection and waits, as after every rejected login.
const ILLEGAL_SASL_STATE = 34;
const {
  errorCodes,
}: { readonly errorCodes: readonly KnownError[] } = require('kafkajs/src/protocol/error.js');
for (const error of errorCodes) if (error.code === ILLEGAL_SASL_STATE) error.retriable = true;

const kafkajs: typeof kafkajsTypes = require('kafkajs');
export const { Kafka, CompressionTypes, Partitioners, ConfigResourceTypes, ConfigSource, logLevel } = kafkajs;
export const { AssignerProtocol, PartitionAssigners } = kafkajs;
export const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;

/** The records of a batch as a consumer of kafkajs hands it over. */
export function recordSetOf(batch: Batch): RecordSet {
  // Its type does not know of the class that took the place of kafkajs's own.
  const fetched: unknown = batch;
  if (fetched instanceof KafkajsBatch) return fetched.recordSet;
  throw new Error(
    'kafkajs was loaded before its modules were replaced: import it from platform/kafka/kafkajs.ts.',
  );
}

function replace(path: string, exports: unknown): void {
  const file = require.resolve(`kafkajs/src/${path}`);
  const loaded = require.cache[file] ?? new Module(file);
  require.cache[file] = Object.assign(loaded, { exports, loaded: true });
}
