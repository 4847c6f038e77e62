import { FaultyLink, type LinkFault } from './network.ts';

/** Between processes and their ClickHouse: a link to each server of it, to be hit all at once or one by one. */
export class FaultyLinks {
  /** In the order of the urls. */
  readonly links: readonly FaultyLink[];

  /** @param urls of the servers, comma separated: CLICKHOUSE_URL */
  static async open(urls: string): Promise<FaultyLinks> {
    const ports = urls.split(',').map((url) => Number(new URL(url).port));
    return new FaultyLinks(await Promise.all(ports.map((port) => FaultyLink.open(port))));
  }

  private constructor(links: readonly FaultyLink[]) {
    this.links = links;
  }

  /** CLICKHOUSE_URL of the processes. */
  get url(): string {
    return this.links.map(({ port }) => `http://127.0.0.1:${port}`).join(',');
  }

  /** Resolves when the fault is over. */
  async inject(fault: LinkFault, forMs: number): Promise<void> {
    await Promise.all(this.links.map((link) => link.inject(fault, forMs)));
  }

  async close(): Promise<void> {
    await Promise.all(this.links.map((link) => link.close()));
  }
}
