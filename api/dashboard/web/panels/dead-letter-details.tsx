import { printableLine } from '../../../../platform/printable-text.ts';
import { useEffect, useRef } from 'preact/hooks';
import type { DeadLetter } from '../answers.ts';
import { fullTime, sizeText } from '../formats.ts';
import { Loading, ProblemNotice } from '../components/states.tsx';
import { setParams } from '../state/address.ts';
import { fetchJson } from '../state/client.ts';
import { useLive } from '../state/live.ts';
import { mayGlobally } from '../state/permissions.ts';
import { replayAll, type Replayed } from '../state/replays.ts';
import { useTask } from '../state/task.ts';
import { Bytes } from './bytes.tsx';
import { ReplayProgress } from './dead-letter-check.tsx';
import { StatePill } from './dead-letter-state.tsx';

interface DeadLetterDetailsProps {
  /** topic/partition/offset */
  readonly id: string;
  readonly onReplayed: () => void;
}

/** One record: why it does not count, what to do, its fields and its bytes. */
export function DeadLetterDetails({ id, onReplayed }: DeadLetterDetailsProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const { data, error, refresh } = useLive<DeadLetter>(
    `dead letter ${id}`,
    (signal) => fetchJson(`/v1/dead-letters/${id.split('/').map(encodeURIComponent).join('/')}`, { signal }),
    null,
  );
  const replay = useTask<Replayed>(
    (signal, onProgress) => replayAll({ ids: [id] }, signal, onProgress),
    () => {
      refresh();
      onReplayed();
    },
  );
  return (
    <dialog
      ref={dialog}
      class="card dead-letter"
      aria-labelledby="dead-letter-title"
      onClose={() => setParams({ dead_letter: null })}
    >
      <header class="card-head">
        <h2 id="dead-letter-title">Dead letter</h2>
        {data && <StatePill state={data.state} />}
        <button type="button" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </header>
      {error && <ProblemNotice error={error} onRetry={refresh} />}
      {data === undefined && !error && <Loading height={320} />}
      {data && (
        <>
          <dl class="facts-list">
            {factsOf(data).map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
          {data.counts_now.counts && data.state !== 'counted' && mayGlobally('replay-dead-letters') && (
            <div class="actions section">
              <button type="button" class="primary" disabled={replay.isRunning} onClick={replay.start}>
                {replay.isRunning ? 'Replaying …' : 'Replay this record'}
              </button>
              <span class="faint">
                Publishes its bytes to the call topic again. If the call counts, it is billed.
              </span>
            </div>
          )}
          {replay.progress && <ReplayProgress replayed={replay.progress} isRunning={replay.isRunning} />}
          {replay.error && <ProblemNotice error={replay.error} onRetry={replay.start} />}
          <Fields message={data.message} />
          <Bytes bytes={data.bytes} />
        </>
      )}
    </dialog>
  );
}

function factsOf(deadLetter: DeadLetter): readonly (readonly [string, string])[] {
  const { counts_now: now, replayed_as: replayed } = deadLetter;
  const facts: readonly (readonly [string, string])[] = [
    ['Reason', `${deadLetter.reason}: ${deadLetter.rule}`],
    ['Detail', printableLine(deadLetter.detail)],
    ['What to do', deadLetter.advice],
    ['Would it count now?', now.counts ? 'Yes' : `No: ${now.reason}. ${printableLine(now.detail)}`],
    ['Place', `topic ${deadLetter.topic}, partition ${deadLetter.partition}, offset ${deadLetter.offset}`],
    ['Organisation', printableLine(deadLetter.org_id)],
    ['Size', sizeText(deadLetter.size_bytes)],
    ['Appended', `${fullTime(deadLetter.appended_at, 'UTC')} UTC`],
    ['Quarantined', `${fullTime(deadLetter.quarantined_at, 'UTC')} UTC`],
    ['Replayed as', replayed ? `${replayed.id}, ${replayed.reason ?? 'which counts'}` : ''],
    ['Replay of', deadLetter.replay_of ?? ''],
  ];
  return facts.filter(([, value]) => value !== '');
}

/** The fields as far as they can be read: reading stops where the bytes are not what the schema says. */
function Fields({ message }: Pick<DeadLetter, 'message'>) {
  if (message === null) return null;
  const { encoding, schema, fields, stopped } = message;
  return (
    <section class="section" aria-labelledby="fields-title">
      <h3 id="fields-title">Decoded fields</h3>
      <p class="faint">
        Encoding: {encoding}
        {schema !== null && `, schema ${schema}`}
      </p>
      {fields.length === 0 && <p class="empty">No field can be read.</p>}
      <dl class="facts-list">
        {fields.map(({ name, value }) => (
          <div key={name}>
            <dt>{printableLine(name)}</dt>
            <dd>{printableLine(typeof value === 'string' ? value : JSON.stringify(value))}</dd>
          </div>
        ))}
      </dl>
      {stopped !== null && <p class="warn">Reading stopped: {printableLine(stopped)}</p>}
    </section>
  );
}
