import { useState } from 'preact/hooks';
import { instantAt, wallClock } from '../local-time.ts';
import { param, setParams } from '../state/address.ts';
import { DEAD_LETTER_FILTERS } from '../state/dead-letter-filters.ts';
import { DEAD_LETTER_REASONS } from '../../../../schemas/dead-letter.ts';
import { STATE_NAMES } from './dead-letter-state.tsx';

/** A time in the address as the field shows it, in UTC. */
const wallOf = (name: string): string =>
  Number.isNaN(Date.parse(param(name))) ? '' : wallClock(Date.parse(param(name)), 'UTC');

const isoOf = (wall: string): string => (wall === '' ? '' : new Date(instantAt(wall, 'UTC')).toISOString());

/** Which dead letters to show. All of it lives in the address. */
export function DeadLetterFilters() {
  const [org, setOrg] = useState(param('record_org'));
  const [topic, setTopic] = useState(param('topic'));
  const [partition, setPartition] = useState(param('partition'));
  const [from, setFrom] = useState(wallOf('appended_from'));
  const [to, setTo] = useState(wallOf('appended_to'));
  const problem = problemOf(partition, from, to);
  const hasFilters = DEAD_LETTER_FILTERS.some(([name]) => param(name) !== '');
  return (
    <form
      class="toolbar dead-letter-filters"
      onSubmit={(event) => {
        event.preventDefault();
        if (problem !== undefined) return;
        setParams({
          record_org: org || null,
          topic: topic || null,
          partition: partition || null,
          appended_from: isoOf(from) || null,
          appended_to: isoOf(to) || null,
          cursor: null,
        });
      }}
    >
      <label>
        <span>State</span>
        <select
          value={param('state')}
          onChange={({ currentTarget: { value } }) => setParams({ state: value || null, cursor: null })}
        >
          <option value="">all</option>
          {Object.entries(STATE_NAMES).map(([state, name]) => (
            <option key={state} value={state}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>Reason</span>
        <select
          value={param('reason')}
          onChange={({ currentTarget: { value } }) => setParams({ reason: value || null, cursor: null })}
        >
          <option value="">all</option>
          {Object.keys(DEAD_LETTER_REASONS).map((reason) => (
            <option key={reason} value={reason}>
              {reason}
            </option>
          ))}
        </select>
      </label>
      <Text label="Organisation" value={org} onInput={setOrg} />
      <Text label="Topic" value={topic} onInput={setTopic} />
      <Text label="Partition" value={partition} onInput={setPartition} isNumber />
      <label>
        <span>Appended from (UTC)</span>
        <input
          type="datetime-local"
          value={from}
          onInput={({ currentTarget: { value } }) => setFrom(value)}
        />
      </label>
      <label>
        <span>Appended before (UTC)</span>
        <input type="datetime-local" value={to} onInput={({ currentTarget: { value } }) => setTo(value)} />
      </label>
      <button type="submit" disabled={problem !== undefined}>
        Show
      </button>
      {hasFilters && (
        <button
          type="button"
          class="link"
          onClick={() =>
            setParams({
              ...Object.fromEntries(DEAD_LETTER_FILTERS.map(([name]) => [name, null])),
              cursor: null,
            })
          }
        >
          Clear all
        </button>
      )}
      {problem !== undefined && (
        <span class="warn" role="status">
          {problem}
        </span>
      )}
      {param('replay') !== '' && <span class="faint">Only those of the replay {param('replay')}</span>}
    </form>
  );
}

function problemOf(partition: string, from: string, to: string): string | undefined {
  if (partition !== '' && !(/^\d{1,5}$/.test(partition) && Number(partition) <= 65_535)) {
    return 'A partition is a number from 0 to 65535.';
  }
  return from !== '' && to !== '' && from >= to ? 'The end must be after the start.' : undefined;
}

interface TextProps {
  readonly label: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly isNumber?: boolean;
}

function Text({ label, value, onInput, isNumber = false }: TextProps) {
  return (
    <label>
      <span>{label}</span>
      <input
        class={isNumber ? 'short' : undefined}
        inputMode={isNumber ? 'numeric' : undefined}
        autocomplete="off"
        value={value}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    </label>
  );
}
