import { useState } from 'preact/hooks';
import { counted, number } from '../formats.ts';
import { ProblemNotice } from '../components/states.tsx';
import { setParams } from '../state/address.ts';
import { openDeadLetterQuery } from '../state/dead-letter-filters.ts';
import { checkAll, replayAll, type Checked, type Replayed } from '../state/replays.ts';
import { useTask } from '../state/task.ts';
import { ConfirmChange } from '../components/confirm-change.tsx';

/** Finds out how many open dead letters would count now, and replays those. */
export function DeadLetterCheckPanel({ onReplayed }: { readonly onReplayed: () => void }) {
  const query = openDeadLetterQuery();
  const [isConfirming, setIsConfirming] = useState(false);
  const check = useTask<Checked>((signal, onProgress) => checkAll(query, signal, onProgress));
  const replay = useTask<Replayed>(
    (signal, onProgress) => replayAll(bodyOf(query), signal, onProgress),
    onReplayed,
  );
  const { progress: found } = check;
  const isDone = found !== undefined && !check.isRunning && !check.error;
  return (
    <section class="card" aria-labelledby="check-title">
      <header class="card-head">
        <h2 id="check-title">Replay what would count now</h2>
      </header>
      <p class="faint">
        After its cause has been fixed, such as a schema that was missing, a record may count. Replaying
        publishes its bytes again. An event counts once, however often it is replayed.
      </p>
      <form
        class="replay-check"
        onSubmit={(event) => {
          event.preventDefault();
          setIsConfirming(false);
          replay.start();
        }}
      >
        <div class="actions" aria-live="polite">
          <button type="button" disabled={check.isRunning || replay.isRunning} onClick={check.start}>
            Check the open ones
          </button>
          {check.isRunning && (
            <span>
              {found ? `${number(found.checked)} checked …` : 'Checking …'}{' '}
              <button type="button" class="link" onClick={check.cancel}>
                Cancel
              </button>
            </span>
          )}
          {isDone && <span data-figure="countable">{checkedText(found)}</span>}
          {isDone && found.countable > 0 && !isConfirming && !replay.isRunning && (
            <button type="button" class="primary" onClick={() => setIsConfirming(true)}>
              Replay {number(found.countable)} …
            </button>
          )}
        </div>
        {isDone && <Reasons title="Would count now" counts={found.countableByReason} />}
        {isDone && <Reasons title="Would be rejected again" counts={found.otherReasons} />}
        {isConfirming && found && (
          <ConfirmChange
            label="Confirm the replay"
            question={`Publish the bytes of ${counted(found.countable, 'record')} to the call topic again? Calls that count are billed.`}
            action="Replay"
            isSaving={replay.isRunning}
            onCancel={() => setIsConfirming(false)}
          />
        )}
        {replay.progress && <ReplayProgress replayed={replay.progress} isRunning={replay.isRunning} />}
        {check.error && <ProblemNotice error={check.error} onRetry={check.start} />}
        {replay.error && <ProblemNotice error={replay.error} onRetry={replay.start} />}
      </form>
    </section>
  );
}

/** The filters as a body has them: a partition is a number there. */
const bodyOf = (query: ReturnType<typeof openDeadLetterQuery>): object => ({
  countable: true,
  ...Object.fromEntries(query.map(([name, value]) => [name, name === 'partition' ? Number(value) : value])),
});

function checkedText({ checked, countable }: Checked): string {
  if (checked === 0) return 'No open dead letter matches.';
  if (countable === 0) return `None of the ${number(checked)} open ones would count now.`;
  return `${number(countable)} of the ${number(checked)} open ones would count now.`;
}

function Reasons({
  title,
  counts,
}: {
  readonly title: string;
  readonly counts: ReadonlyMap<string, number>;
}) {
  if (counts.size === 0) return null;
  const sorted = [...counts].toSorted(([, one], [, other]) => other - one);
  return (
    <div>
      <h3>{title}</h3>
      <ul class="top-list">
        {sorted.map(([reason, records]) => (
          <li key={reason}>
            <span>{reason}</span> <b>{number(records)}</b>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** What became of a replay so far. */
export function ReplayProgress({
  replayed,
  isRunning,
}: {
  readonly replayed: Replayed;
  readonly isRunning: boolean;
}) {
  const { published, landed, counted: counts, skipped, rejectedAgain, ids } = replayed;
  const rejected = [...rejectedAgain.values()].reduce((sum, records) => sum + records, 0);
  return (
    <div class={isRunning ? 'notice' : 'notice is-good'} role="status">
      <p data-figure="replayed">
        {counted(published, 'record')} published again
        {skipped > 0 && `, ${number(skipped)} left out`}; {number(landed)} have landed:{' '}
        {counted(counts, 'event')} {counts === 1 ? 'counts' : 'count'}
        {rejected > 0 && `, ${number(rejected)} rejected again`}
        {isRunning && ' …'}
        {!isRunning && landed < published && '. The rest may take longer: refresh the list later'}
      </p>
      {ids.length === 1 && !isRunning && (
        <button
          type="button"
          class="link"
          onClick={() => setParams({ replay: ids[0] ?? null, state: null, dead_letter: null, cursor: null })}
        >
          Show them
        </button>
      )}
    </div>
  );
}
