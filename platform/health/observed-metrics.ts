import { Counter, Gauge, type Registry } from 'prom-client';

/** One value of a metric, with its labels. */
export interface Sample<Label extends string> {
  readonly labels: Partial<Record<Label, string | number>>;
  readonly value: number;
}

interface Described<Label extends string> {
  readonly name: string;
  readonly help: string;
  readonly labelNames?: readonly Label[];
}

/** A counter whose value the process keeps anyway: it is read when it is scraped, and costs nothing before. */
export function observedCounter<Label extends string = never>(
  registry: Registry,
  described: Described<Label>,
  read: () => number | readonly Sample<Label>[],
): void {
  const counter = new Counter({
    ...described,
    registers: [],
    collect() {
      this.reset();
      for (const { labels, value } of samplesOf(read())) this.inc(labels, value);
    },
  });
  registry.registerMetric(counter);
}

/** The same for a gauge. What is not known is left out. */
export function observedGauge<Label extends string = never>(
  registry: Registry,
  described: Described<Label>,
  read: () => number | undefined | readonly Sample<Label>[],
): void {
  const gauge = new Gauge({
    ...described,
    registers: [],
    collect() {
      this.reset();
      const value = read();
      if (value === undefined) return this.remove();
      for (const sample of samplesOf(value)) this.set(sample.labels, sample.value);
    },
  });
  registry.registerMetric(gauge);
}

const samplesOf = <Label extends string>(
  value: number | readonly Sample<Label>[],
): readonly Sample<Label>[] => (typeof value === 'number' ? [{ labels: {}, value }] : value);
