import { readFileSync, writeFileSync } from 'node:fs';
import { deleteReplacedBytes } from '../aggregator/erasing/dead-letters.ts';
import { erasePerson } from '../aggregator/erasing/erase-person.ts';
import { planErasure } from '../aggregator/erasing/person.ts';
import { checkCluster } from '../platform/clickhouse/cluster-check.ts';
import { connectClickHouse, connectNodes } from '../platform/clickhouse/connect.ts';
import type { Environment } from '../platform/config.ts';
import { readKafkaConfig } from '../platform/kafka/config.ts';
import { createLogger } from '../platform/logging.ts';
import { readRegistryAccess, schemaRegistryVariables } from '../platform/schema-registry/variables.ts';
import { clickhouseVariables } from '../platform/clickhouse/variables.ts';
import { kafkaVariables } from '../platform/kafka/variables.ts';
import { eventTimeVariables } from '../platform/variables.ts';
import { DAY_MS } from '../schemas/time-units.ts';
import { CALLS_RETENTION_MS, topicNames } from '../schemas/topics.ts';
import { openDeadLetterTool } from '../store/dead-letters/tool.ts';
import { eraseDeadLetters } from '../store/erasures/erase-dead-letters.ts';
import { ERASURES_KNOWN_FOR_MS } from '../store/erasures/known-erasures.ts';
import { readErasures } from '../store/erasures/log.ts';
import { readKeptEvents, retentionVariables } from '../store/retention.ts';
import { ERASE_USAGE, readEraseArguments, type EraseRequest } from './erase-arguments.ts';
import { erasureReport, type ErasureEvidence, type PersonEvidence } from './erase-report.ts';
import { limited } from './limited-progress.ts';

const STANDARD_INPUT = 0;
const readLines = (file: string): string[] =>
  readFileSync(file === '-' ? STANDARD_INPUT : file, 'utf8').split(/\r?\n/);

/** Runs the command. @returns what it prints @throws UsageError, ConfigError, and the errors of erasePerson */
export async function eraseCommand(args: readonly string[], env: Environment): Promise<string> {
  const request = readEraseArguments(args, readLines);
  if (!request) return ERASE_USAGE;
  const evidence = await erase(request, env);
  if (request.reportFile !== undefined) {
    const persons = evidence.persons.map((person, index) =>
      request.withIds ? { userId: request.userIds[index], ...person } : person,
    );
    writeFileSync(request.reportFile, `${JSON.stringify({ ...evidence, persons }, null, 2)}\n`, {
      mode: 0o600,
    });
  }
  return erasureReport(evidence);
}

async function erase(request: EraseRequest, env: Environment): Promise<ErasureEvidence> {
  const config = readKafkaConfig(env, {
    ...kafkaVariables,
    ...clickhouseVariables,
    ...eventTimeVariables,
    ...schemaRegistryVariables,
    DEAD_LETTER_RETENTION_DAYS: retentionVariables.DEAD_LETTER_RETENTION_DAYS,
  });
  // Delivered again by Kafka, by a publisher's spool, or as a replay of a dead letter.
  const againForMs = Math.max(
    config.LATENESS_LIMIT_MS + CALLS_RETENTION_MS,
    config.DEAD_LETTER_RETENTION_DAYS * DAY_MS,
  );
  const registry = readRegistryAccess(config);
  const application = 'api-credits erase';
  const client = connectClickHouse(config, application);
  const nodes = connectNodes(config, application);
  const logger = createLogger('erase', 'fatal');
  const tool = openDeadLetterTool({ ...config, registry }, application, logger, Date.now);
  const startedAt = Date.now();
  const persons: PersonEvidence[] = [];
  try {
    await checkCluster(client, config);
    const kept = await readKeptEvents(config);
    for (const [index, userId] of request.userIds.entries()) {
      const progress = limited((what) => {
        process.stderr.write(`person ${index + 1} of ${request.userIds.length}: ${what}\n`);
      });
      const erasure = planErasure(await readErasures(client), request.orgId, userId, {
        now: Date.now(),
        futureMs: config.FUTURE_LIMIT_MS,
        keepMs: againForMs + DAY_MS,
      });
      const orgs = await erasePerson(
        { client, nodes, kept, progress, now: Date.now, knownAfterMs: 2 * ERASURES_KNOWN_FOR_MS },
        erasure,
      );
      const deadLetters = await eraseDeadLetters(
        {
          client,
          validator: tool.validator,
          deleteReplaced: (pseudonym) => deleteReplacedBytes(nodes, pseudonym, progress),
          progress: (done) => progress(`${done} dead letter(s) read`),
        },
        erasure,
        userId,
      );
      persons.push({ orgs, deadLetters, cut: erasure.cut, keptUntil: erasure.kept_until });
    }
  } finally {
    await tool.close();
    await Promise.all([client, ...nodes].map((each) => each.close()));
  }
  return {
    orgId: request.orgId,
    startedAt,
    finishedAt: Date.now(),
    persons,
    topics: topicNames(config.TOPIC_PREFIX),
  };
}
