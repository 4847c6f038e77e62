import { instantAt, wallClock } from '../local-time.ts';
import {
  clearFilters,
  DIMENSIONS,
  filterOf,
  hasFilters,
  labelOf,
  TITLES,
  toggleFilter,
} from '../state/filters.ts';
import { param, setParams } from '../state/address.ts';
import { PRESETS, rangeAt, rangeName } from '../state/time-range.ts';
import { isTimeZone } from '../../../../domain/calendar/zone-rules.ts';
import { allZones, chosenZone } from '../state/zone.ts';
import { RangeForm } from './range-form.tsx';

interface ToolbarProps {
  /** The organisation's zone, which applies unless another one is chosen. */
  readonly ownZone: string;
  readonly zone: string;
  readonly canCompare?: boolean;
}

/** Range, time zone, comparison and filters. All of them live in the address. */
export function Toolbar({ ownZone, zone, canCompare = false }: ToolbarProps) {
  const name = rangeName();
  return (
    <div class="toolbar">
      <label>
        <span class="sr-only">Range</span>
        <select value={name} onChange={(event) => chooseRange(event.currentTarget.value)}>
          {PRESETS.map((preset) => (
            <option key={preset.name} value={preset.name}>
              {preset.title}
            </option>
          ))}
          <option value="custom">Custom range</option>
        </select>
      </label>
      {name === 'custom' && (
        <RangeForm
          key={`${param('from')} ${param('to')} ${zone}`}
          type="datetime-local"
          labels={['From', 'To']}
          first={wallClock(Date.parse(param('from')), zone)}
          last={wallClock(Date.parse(param('to')), zone)}
          onSubmit={(from, to) =>
            setParams({ range: 'custom', from: isoAt(from, zone), to: isoAt(to, zone), cursor: null })
          }
        />
      )}
      <label>
        <span class="sr-only">Time zone</span>
        <select
          class="zone"
          value={chosenZone()}
          onChange={(event) => setParams({ zone: event.currentTarget.value || null })}
        >
          <option value="">{ownZone} (organisation)</option>
          {otherZones(ownZone).map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </select>
      </label>
      {canCompare && (
        <label class="check">
          <input
            type="checkbox"
            checked={param('compare') === '1'}
            onChange={(event) => setParams({ compare: event.currentTarget.checked ? '1' : null })}
          />
          Compare with the previous period
        </label>
      )}
      <Filters />
    </div>
  );
}

function chooseRange(name: string): void {
  if (name !== 'custom') {
    setParams({ range: name, from: null, to: null, cursor: null });
    return;
  }
  const { from, to } = rangeAt(Date.now());
  setParams({
    range: name,
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    cursor: null,
  });
}

const { timeZone: ofBrowser } = Intl.DateTimeFormat().resolvedOptions();
const browserZone = isTimeZone(ofBrowser) ? ofBrowser : '';
const otherZones = (own: string): string[] =>
  [...new Set([browserZone, 'UTC', ...allZones, chosenZone()])].filter((each) => each !== '' && each !== own);

const isoAt = (wall: string, zone: string): string => new Date(instantAt(wall, zone)).toISOString();

function Filters() {
  if (!hasFilters()) return null;
  return (
    <div class="chips" role="group" aria-label="Filters">
      {DIMENSIONS.flatMap((dimension) =>
        filterOf(dimension).map((value) => (
          <button
            key={`${dimension} ${value}`}
            type="button"
            class="chip"
            aria-label={`Remove the filter ${TITLES[dimension].one} ${labelOf(dimension, value)}`}
            onClick={() => toggleFilter(dimension, value)}
          >
            <span class="chip-kind">{TITLES[dimension].one}</span> {labelOf(dimension, value)}
            <span aria-hidden="true"> ✕</span>
          </button>
        )),
      )}
      <button type="button" class="link" onClick={clearFilters}>
        Clear all
      </button>
    </div>
  );
}
