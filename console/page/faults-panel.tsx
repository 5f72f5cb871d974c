import { useState } from 'preact/hooks';
import type { Action } from '../actions.ts';
import type { FaultsView as Faults } from '../views.ts';
import { ActionButton } from './actions.tsx';
import { At } from './parts.tsx';

interface Breakage {
  readonly label: string;
  readonly what: string;
  readonly action: (times: number) => Action;
}

const BREAKAGES: readonly Breakage[] = [
  {
    label: 'Deliver twice',
    what: 'The service gets the request twice at once. One attempt works, the other finds it taken.',
    action: (times) => ({ do: 'fault', fault: { kind: 'deliverTwice' }, times }),
  },
  {
    label: 'Drop the answer',
    what: 'The work is done, and Cloud Tasks never hears of it. The retry finds the outcome.',
    action: (times) => ({ do: 'fault', fault: { kind: 'dropAnswer' }, times }),
  },
  {
    label: 'Delay by 5 s',
    what: 'The request leaves late.',
    action: (times) => ({ do: 'fault', fault: { kind: 'delay', ms: 5000 }, times }),
  },
  {
    label: 'Answer 503',
    what: 'As an overloaded service does. The whole queue holds for a while.',
    action: (times) => ({ do: 'fault', fault: { kind: 'answer', status: 503 }, times }),
  },
  {
    label: 'Answer 500',
    what: 'As a failed attempt does. Only the task waits, with its backoff.',
    action: (times) => ({ do: 'fault', fault: { kind: 'answer', status: 500 }, times }),
  },
];

const STORAGE: Breakage = {
  label: 'Storage unavailable',
  what: 'Cloud Storage answers 503 to the next requests, whoever makes them.',
  action: (times) => ({ do: 'storage-unavailable', times }),
};

/** Makes things go wrong, and shows what came of it. */
export function FaultsPanel({ view, hasStorage }: { view: Faults; hasStorage: boolean }) {
  const [times, setTimes] = useState(1);
  const breakages = hasStorage ? [...BREAKAGES, STORAGE] : BREAKAGES;
  return (
    <>
      <header class="heading">
        <h1>Break it</h1>
        <p class="quiet">What Google, networks and machines do now and then, on demand.</p>
      </header>
      <label class="choice">
        The next{' '}
        <input
          type="number"
          min="1"
          max="100"
          value={times}
          onInput={({ currentTarget }) =>
            setTimes(Math.min(100, Math.max(1, Math.round(currentTarget.valueAsNumber) || 1)))
          }
        />{' '}
        times
      </label>
      <ul class="breakages">
        {breakages.map(({ label, what, action }) => (
          <li key={label}>
            <ActionButton action={action(times)} label={label} />
            <span>{what}</span>
          </li>
        ))}
        {view.pids.map((pid) => (
          <li key={pid}>
            <ActionButton action={{ do: 'kill', pid }} label={`Kill instance ${pid}`} />
            <span>Its attempts end without a word; their leases run out.</span>
          </li>
        ))}
      </ul>
      <h2>To come</h2>
      {view.planned.length === 0 ? (
        <p class="empty">Nothing.</p>
      ) : (
        <>
          <ul>
            {view.planned.map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
          <ActionButton action={{ do: 'clear-faults' }} label="Forget these" />
        </>
      )}
      <h2>What came of it</h2>
      {view.happened.length === 0 && <p class="empty">Nothing has happened on demand yet.</p>}
      <ul class="said">
        {view.happened.map(({ id, at, text, documentId }) => (
          <li key={id}>
            <At ms={at} /> {text} {documentId && <a href={`/documents/${documentId}`}>Its document</a>}
          </li>
        ))}
      </ul>
    </>
  );
}
