/** What a suite needs of its surroundings, whichever way they were started. */
export interface Servers {
  /** `host:port` */
  readonly kafkaBrokers: string;
  readonly clickhouseUrl: string;
  readonly clickhouseUser: string;
  readonly clickhousePassword: string;
  /** How many clusters remote_servers has for the suites (cluster-names.ts); 0 with a single server. */
  readonly clickhouseClusters?: number;
  stop(): Promise<void>;
}
