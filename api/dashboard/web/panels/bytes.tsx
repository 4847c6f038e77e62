import { useState } from 'preact/hooks';
import type { DeadLetter } from '../answers.ts';
import { number } from '../formats.ts';
import { hexLines } from './hex-lines.ts';

/** As many bytes as are read at a glance. */
const SHOWN = 512;

/** The record's value byte by byte, and its key. */
export function Bytes({ bytes }: Pick<DeadLetter, 'bytes'>) {
  const [isAll, setIsAll] = useState(false);
  if (bytes === null) return <p class="empty">Its bytes are not kept any more, so it cannot be replayed.</p>;
  const { value_base64, key_base64, is_cut } = bytes;
  const value = value_base64 === null ? undefined : bytesOf(value_base64);
  const shown = isAll ? value : value?.subarray(0, SHOWN);
  return (
    <section class="section" aria-labelledby="bytes-title">
      <h3 id="bytes-title">Bytes</h3>
      <p class="faint">Key: {key_base64 === null ? 'none' : hexLines(bytesOf(key_base64)).join(' ')}</p>
      {value === undefined || shown === undefined ? (
        <p class="empty">The record has no value.</p>
      ) : (
        <>
          <pre class="bytes" tabIndex={0} aria-label="The value in hexadecimal and as text">
            {hexLines(shown).join('\n')}
          </pre>
          {shown.length < value.length && (
            <button type="button" class="link" onClick={() => setIsAll(true)}>
              Show all {number(value.length)} bytes
            </button>
          )}
        </>
      )}
      {is_cut && <p class="warn">Only the beginning of a larger value was kept, so it cannot be replayed.</p>}
    </section>
  );
}

const bytesOf = (base64: string): Uint8Array => Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
