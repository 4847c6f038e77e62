import { dateTime } from '../formats.ts';
import { DIMENSIONS, filterOf, labelOf, TITLES } from '../state/filters.ts';

interface PrintHeadingProps {
  readonly screen: string;
  readonly org: string;
  /** Empty for all products. */
  readonly product: string;
  /** What the figures are of, such as "1 – 30 Nov 2026"; undefined where the screen has no range. */
  readonly range?: string | undefined;
  readonly zone: string;
  /** The zone of the billing days, where the times are in another one. */
  readonly dayZone?: string;
  /** The time of the figures: RFC 3339 or epoch milliseconds. */
  readonly asOf: string | number;
  readonly hasFilters?: boolean;
}

/** On paper: whose figures these are, of which range and time. On screen the header and the toolbar say so. */
export function PrintHeading({
  screen,
  org,
  product,
  range,
  zone,
  dayZone = zone,
  asOf,
  hasFilters = false,
}: PrintHeadingProps) {
  const filters = hasFilters ? filtersText() : '';
  const facts = [
    ['Organisation', org],
    ['Product', product === '' ? 'all' : product],
    ['Range', range],
    ['Time zone', dayZone === zone ? zone : `${zone}; billing days in ${dayZone}`],
    ['As of', dateTime(asOf, zone)],
    ['Only', filters],
  ] as const;
  return (
    <header class="print-heading">
      <p class="print-title">API credits: {screen}</p>
      <dl>
        {facts.map(
          ([name, value]) =>
            value !== undefined &&
            value !== '' && (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ),
        )}
      </dl>
    </header>
  );
}

/** "User 10.0.0.1 or 10.0.0.2; App fetch" */
function filtersText(): string {
  return DIMENSIONS.filter((dimension) => filterOf(dimension).length > 0)
    .map((dimension) => {
      const values = filterOf(dimension).map((value) => labelOf(dimension, value));
      return `${TITLES[dimension].one} ${values.join(' or ')}`;
    })
    .join('; ');
}
