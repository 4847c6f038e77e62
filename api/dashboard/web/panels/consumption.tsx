import { useMemo, useState } from 'preact/hooks';
import { change, number } from '../formats.ts';
import { grainOf, previousRange, type Grain } from '../intervals.ts';
import { zoneParam, type OverviewUsage } from '../screens/overview-data.ts';
import type { Query } from '../state/send.ts';
import { chosenZone } from '../state/zone.ts';
import { rangeTitle } from '../state/time-range.ts';
import { Columns } from '../components/columns.tsx';
import { setParams } from '../state/address.ts';
import { Chart } from './chart.tsx';
import { PrintChart } from './print-chart.tsx';
import { UsageDownload } from './usage-download.tsx';
import { bucketsOf, MEASURES, type Measure } from './series.ts';

const NAMES: Readonly<Record<Measure, string>> = { credits: 'Credits', calls: 'Calls', rejected: 'Rejected' };
const BAR_NAMES: Readonly<Record<Grain, string>> = {
  '15m': 'per 15 minutes',
  hour: 'per hour',
  day: 'per day',
};

interface ConsumptionProps {
  readonly usage: OverviewUsage;
  readonly zone: string;
  readonly org: string;
  /** The range and the product of the usage. */
  readonly query: Query;
}

/** The usage of the range as bars, with its totals: each total is a button that switches the chart to it. */
export function Consumption({ usage, zone, org, query }: ConsumptionProps) {
  const [measure, setMeasure] = useState<Measure>('credits');
  const { range, series, previousSeries } = usage;
  const grain = grainOf(range);
  const buckets = useMemo(() => bucketsOf(series.rows, range, grain, zone), [usage, zone]);
  const previous = useMemo(
    () =>
      previousSeries === undefined ? [] : bucketsOf(previousSeries.rows, previousRange(range), grain, zone),
    [usage, zone],
  );
  const caption = `${NAMES[measure]} ${BAR_NAMES[grain]}`;
  const summary = `${rangeTitle()}: ${number(series.total.credits)} credits, ${number(series.total.calls)} calls, ${number(series.total.rejected)} rejected.`;
  return (
    <section class="card consumption" aria-labelledby="consumption-title">
      <header class="card-head">
        <h2 id="consumption-title">{rangeTitle()}</h2>
        <UsageDownload
          org={org}
          query={[...query, ['group_by', grain], ...zoneParam(chosenZone())]}
          title={`Download CSV of the usage ${BAR_NAMES[grain]}`}
        />
      </header>
      <div class="tabs" role="group" aria-label="Figure in the chart">
        {MEASURES.map((each) => (
          <button key={each} type="button" aria-pressed={measure === each} onClick={() => setMeasure(each)}>
            <span>{NAMES[each]}</span>
            <b data-figure={`total-${each}`}>{number(series.total[each])}</b>
            {previousSeries && (
              <small title={`${number(previousSeries.total[each])} in the previous period`}>
                {change(series.total[each], previousSeries.total[each])}
              </small>
            )}
          </button>
        ))}
      </div>
      <Chart
        buckets={buckets}
        previous={previous}
        measure={measure}
        caption={caption}
        summary={summary}
        onSelect={(first, last) =>
          setParams({
            range: 'custom',
            from: new Date(first.range.from).toISOString(),
            to: new Date(last.range.to).toISOString(),
          })
        }
      />
      <PrintChart buckets={buckets} previous={previous} measure={measure} caption={caption} />
      <details class="as-table">
        <summary>View as a table</summary>
        <table>
          <Columns columns={[{ title: 'Time' }, ...MEASURES.map((each) => ({ title: NAMES[each] }))]} />
          <tbody>
            {buckets
              .filter(({ calls }) => calls > 0)
              .map((bucket) => (
                <tr key={bucket.label}>
                  <th scope="row">{bucket.label}</th>
                  {MEASURES.map((each) => (
                    <td key={each}>{number(bucket[each])}</td>
                  ))}
                </tr>
              ))}
          </tbody>
        </table>
      </details>
    </section>
  );
}
