import { useState } from 'preact/hooks';
import type { Action } from '../actions.ts';
import type { DocumentDetails, EpochDetails } from '../views.ts';
import { ActionButton, commandsFor } from './actions.tsx';
import { logUrlFor, number } from './format.ts';
import { LogTable } from './log-table.tsx';
import { At, Commands, Countdown, Facts, StatusWord } from './parts.tsx';
import { Timeline } from './timeline.tsx';

/** One document: what happened to it, and what came out. */
export function DocumentPanel({ view, logUrl }: { view: DocumentDetails; logUrl: string | undefined }) {
  const { id, filename, status, epoch, reason, message } = view;
  const isOpen = status === 'PENDING' || status === 'PROCESSING';
  const action: Action = { do: isOpen ? 'cancel' : 'replay', ids: [id] };
  const task = view.epochs[0]?.task;
  return (
    <>
      <p class="back">
        <a href="/documents">← Documents</a>
      </p>
      <header class="heading">
        <h1>{filename}</h1>
        <StatusWord status={status} />
      </header>
      {reason && (
        <p class="problem">
          <b>{reason}</b> {message}
        </p>
      )}
      <div class="bar" role="toolbar" aria-label="Actions">
        {status === 'FAILED' && <ActionButton action={action} label="Replay" />}
        {isOpen && (
          <ActionButton
            action={action}
            label="Cancel"
            confirm={`Cancel ${filename}? It becomes FAILED; it can be replayed.`}
          />
        )}
        {task && !task.isRunning && <ActionButton action={{ do: 'run', task: task.name }} label="Run now" />}
        {status !== 'COMPLETED' && <Commands commands={commandsFor(action)} />}
      </div>
      <Facts facts={factsOf(view)} />
      {view.epochs.map((one) => (
        <Epoch key={one.epoch} epoch={one} view={view} isNewest={one.epoch === epoch} />
      ))}
      {view.hasContent && <Contents view={view} />}
      <section>
        <h2>Log</h2>
        {logUrl ? (
          <p>
            <a href={logUrlFor(logUrl, `jsonPayload.documentId="${id}"`)} target="_blank" rel="noreferrer">
              Its lines in Cloud Logging
            </a>
          </p>
        ) : (
          <LogTable lines={view.log} isOfDocument />
        )}
      </section>
    </>
  );
}

function factsOf({ id, sourceUri, options, result, partial }: DocumentDetails) {
  const facts: [string, preact.ComponentChildren][] = [
    ['Id', <code key="id">{id}</code>],
    ['Source', <code key="source">{sourceUri}</code>],
    ['Options', options],
  ];
  if (result) {
    const pages = result.pages === undefined ? '' : `${number(result.pages)} pages, `;
    facts.push([
      'Result',
      `${pages}${number(result.characters)} characters${partial ? ', partial: the metadata say what is missing' : ''}`,
    ]);
  }
  if (result?.model) {
    const { name, input, output, usd } = result.model;
    facts.push(['Model', `${name}: ${number(input)} tokens in, ${number(output)} out, about ${usd} USD`]);
  }
  return facts;
}

function Epoch({ epoch, view, isNewest }: { epoch: EpochDetails; view: DocumentDetails; isNewest: boolean }) {
  const { outcome, attempts, ends, task } = epoch;
  return (
    <section class="epoch">
      <h2>
        Epoch {epoch.epoch} <small>{outcome ?? (isNewest ? 'open' : 'replayed')}</small>
      </h2>
      {task && !task.isRunning && (
        <p>
          Next attempt in <Countdown to={task.dueAt} past="a moment" />
        </p>
      )}
      {epoch.isConverted && <p>It is converted; its fields are not extracted yet.</p>}
      <Timeline epoch={epoch} deadlines={view.deadlines} />
      {attempts.length === 0 && (
        <p class="quiet">No delivery is known here: they are kept while the local Google runs.</p>
      )}
      {ends.length > 0 && (
        <ul class="said">
          {[...ends].reverse().map(({ kind, at, reason, message }) => (
            <li key={`${kind}${at}`}>
              <StatusWord status={kind} /> <At ms={at} />{' '}
              {reason && (
                <>
                  <b>{reason}</b> {message}
                </>
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** The source beside what became of it. Each is a page of its own that can do nothing. */
function Contents({ view }: { view: DocumentDetails }) {
  const [look, setLook] = useState<'rendered' | 'text'>('rendered');
  const at = (part: string, how: string) => `/api/documents/${view.id}/${part}?look=${how}`;
  const parts = view.result ? ['markdown', 'metadata', ...(view.result.hasFields ? ['fields'] : [])] : [];
  const [part, setPart] = useState('markdown');
  return (
    <section>
      <h2>Source{view.result && ' and result'}</h2>
      <div class="bar">
        {view.result && (
          <fieldset class="choices">
            <legend class="hidden">What of the result</legend>
            {parts.map((one) => (
              <label key={one}>
                <input type="radio" name="part" checked={part === one} onChange={() => setPart(one)} />
                {one}
              </label>
            ))}
          </fieldset>
        )}
        <label class="choice">
          <input
            type="checkbox"
            checked={look === 'text'}
            onChange={() => setLook(look === 'text' ? 'rendered' : 'text')}
          />
          As text
        </label>
        <a href={at('source', 'download')} download>
          Save the source
        </a>
        {view.result && (
          <a href={at(part, 'download')} download>
            Save the {part}
          </a>
        )}
      </div>
      <div class="beside">
        <iframe title="Source" src={`${at('source', look)}#navpanes=0`} />
        {view.result && <iframe title={part} sandbox="" src={at(part, look)} />}
      </div>
    </section>
  );
}
