import { useMemo, useState } from 'preact/hooks';
import { change, number } from '../formats.ts';
import { before as rangeBefore, grainOf } from '../interval.ts';
import type { OverviewUsage } from '../screens/overview-data.ts';
import { rangeTitle } from '../state/range.ts';
import { Columns } from '../parts/columns.tsx';
import { show } from '../state/place.ts';
import { Chart } from './chart.tsx';
import { bucketsOf, MEASURES, type Measure } from './series.ts';

const NAMES: Readonly<Record<Measure, string>> = { credits: 'Credits', calls: 'Calls', rejected: 'Rejected' };

/** The range as bars, with its totals: each is a button that shows itself. */
export function Consumption({ usage, zone }: { readonly usage: OverviewUsage; readonly zone: string }) {
  const [measure, setMeasure] = useState<Measure>('credits');
  const { range, series, seriesBefore } = usage;
  const grain = grainOf(range);
  const buckets = useMemo(() => bucketsOf(series.rows, range, grain, zone), [usage, zone]);
  const before = useMemo(
    () => (seriesBefore === undefined ? [] : bucketsOf(seriesBefore.rows, rangeBefore(range), grain, zone)),
    [usage, zone],
  );
  const summary = `${rangeTitle()}: ${number(series.total.credits)} credits, ${number(series.total.calls)} calls, ${number(series.total.rejected)} rejected.`;
  return (
    <section class="card consumption" aria-labelledby="consumption-title">
      <header class="card-head">
        <h2 id="consumption-title">{rangeTitle()}</h2>
      </header>
      <div class="tabs" role="group" aria-label="What the chart shows">
        {MEASURES.map((each) => (
          <button key={each} type="button" aria-pressed={measure === each} onClick={() => setMeasure(each)}>
            <span>{NAMES[each]}</span>
            <b data-figure={`total-${each}`}>{number(series.total[each])}</b>
            {seriesBefore && (
              <small title={`${number(seriesBefore.total[each])} in the period before`}>
                {change(series.total[each], seriesBefore.total[each])}
              </small>
            )}
          </button>
        ))}
      </div>
      <Chart
        buckets={buckets}
        before={before}
        measure={measure}
        summary={summary}
        onChoose={(first, last) =>
          show({
            range: 'custom',
            from: new Date(first.range.from).toISOString(),
            to: new Date(last.range.to).toISOString(),
          })
        }
      />
      <details class="as-table">
        <summary>As a table</summary>
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
