import type { Admin, PartitionAssigner } from 'kafkajs';
import { AssignerProtocol, PartitionAssigners } from '../platform/kafka/kafkajs.ts';

/** kafkajs's round robin, whose members also say where they can be reached. */
export function advertising(url: string): PartitionAssigner {
  return (config) => {
    const assigner = PartitionAssigners.roundRobin(config);
    return {
      ...assigner,
      protocol: ({ topics }) => ({
        name: assigner.name,
        metadata: AssignerProtocol.MemberMetadata.encode({
          version: assigner.version,
          topics,
          userData: Buffer.from(url),
        }),
      }),
    };
  };
}

/** D: a request for an organisation of another gate is rare; those that come together share one look at the group. */
const LOOK_EVERY_MS = 1_000;

/** Where the gate of each partition can be reached, by what the members of the group advertise. */
export class Directory {
  readonly #admin: Admin;
  readonly #groupId: string;
  readonly #topic: string;
  readonly #now: () => number;
  #readAt = -Infinity;
  #reading: Promise<ReadonlyMap<number, string>> | undefined;

  /** @param admin connected. @param now milliseconds of a monotonic clock */
  constructor(admin: Admin, groupId: string, topic: string, now: () => number) {
    this.#admin = admin;
    this.#groupId = groupId;
    this.#topic = topic;
    this.#now = now;
  }

  /** @returns undefined where no gate owns the partition, or Kafka does not answer */
  async urlOf(partition: number): Promise<string | undefined> {
    if (this.#now() - this.#readAt >= LOOK_EVERY_MS) {
      this.#readAt = this.#now();
      this.#reading = this.#read();
    }
    try {
      return (await this.#reading)?.get(partition);
    } catch {
      return undefined; // The next look asks again.
    }
  }

  async #read(): Promise<ReadonlyMap<number, string>> {
    const { groups } = await this.#admin.describeGroups([this.#groupId]);
    const urls = new Map<number, string>();
    for (const { memberAssignment, memberMetadata } of groups.flatMap(({ members }) => members)) {
      const assigned = AssignerProtocol.MemberAssignment.decode(memberAssignment);
      const advertised = AssignerProtocol.MemberMetadata.decode(memberMetadata);
      const url = advertised?.userData.toString('utf8');
      if (!url) continue;
      for (const partition of assigned?.assignment[this.#topic] ?? []) urls.set(partition, url);
    }
    return urls;
  }
}
