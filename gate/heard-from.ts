/**
 * When the requests were sent by which Kafka keeps this member of the group, at the earliest. kafkajs reports each when
 * it is answered, with a duration by a clock that may be set meanwhile. So this goes by the answer before it: of
 * heartbeats one is under way at a time, and a member asks for its partitions (SyncGroup) once it has joined.
 */
export class HeardFrom {
  readonly #now: () => number;
  #joinedAt = -Infinity;
  #joinSentAt = -Infinity;
  #heartbeatAt = -Infinity;
  #heartbeatSentAt = -Infinity;

  /** @param now milliseconds of a monotonic clock */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Kafka has answered a request, well or not. @param api by its name in kafkajs */
  answered(api: string): void {
    if (api === 'JoinGroup') this.#joinedAt = this.#now();
    if (api === 'SyncGroup') this.#joinSentAt = this.#joinedAt;
    if (api !== 'Heartbeat') return;
    this.#heartbeatSentAt = this.#heartbeatAt;
    this.#heartbeatAt = this.#now();
  }

  /** Of the last heartbeat that was answered; -Infinity before the second one. */
  get heartbeatSentAt(): number {
    return this.#heartbeatSentAt;
  }

  get joinSentAt(): number {
    return this.#joinSentAt;
  }
}
