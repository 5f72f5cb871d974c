import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { RowsPage } from '../views.ts';
import { durationText, number, time } from './format.ts';
import { pathWith } from './location.ts';

const SHAPES: Readonly<Record<string, string>> = {
  PENDING: '○',
  WAITING: '○',
  PROCESSING: '◐',
  RUNNING: '◐',
  COMPLETED: '✓',
  SUCCEEDED: '✓',
  FAILED: '✕',
  EXHAUSTED: '✕',
  RETRYING: '↻',
  PAUSED: '‖',
};

/** A status by its word and a shape: never by colour alone. */
export function StatusWord({ status }: { status: string }) {
  return (
    <span class={`status ${status.toLowerCase()}`}>
      <span aria-hidden="true">{SHAPES[status] ?? '·'}</span> {status}
    </span>
  );
}

/** The time, as long as something on the page counts it. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

/** Counts down to a time, then says what is due. */
export function Countdown({ to, past = 'now' }: { to: number; past?: string }) {
  const left = to - useNow(1000);
  return <span class="number">{left > 0 ? durationText(Math.ceil(left / 1000) * 1000) : past}</span>;
}

/** How long ago it was. */
export function Age({ since }: { since: number }) {
  return <span class="number">{durationText(Math.floor((useNow(1000) - since) / 1000) * 1000)}</span>;
}

export function At({ ms }: { ms: number }) {
  return (
    <time dateTime={new Date(ms).toISOString()} title={new Date(ms).toISOString()}>
      {time(ms)}
    </time>
  );
}

/** A table that scrolls by itself where it is too wide. */
export function DataTable({
  label,
  head,
  children,
}: {
  label: string;
  head: ComponentChildren;
  children: ComponentChildren;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be in reach of the keyboard
    <section class="scroll" aria-label={label} tabIndex={0}>
      <table>
        <caption class="hidden">{label}</caption>
        <thead>
          <tr>{head}</tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  );
}

export function Pager({ total, page, pageSize, what }: Omit<RowsPage<unknown>, 'rows'> & { what: string }) {
  const last = Math.max(0, Math.ceil(total / pageSize) - 1);
  const to = (target: number) => {
    const query = new URLSearchParams(location.search);
    query.set('page', String(target));
    return pathWith(query);
  };
  if (last === 0) return null;
  return (
    <nav class="pager" aria-label={`Pages of ${what}`}>
      {page > 0 ? <a href={to(page - 1)}>← Newer</a> : <span class="quiet">← Newer</span>}
      <span>
        {number(page * pageSize + 1)}–{number(Math.min(total, (page + 1) * pageSize))} of {number(total)}
      </span>
      {page < last ? <a href={to(page + 1)}>Older →</a> : <span class="quiet">Older →</span>}
    </nav>
  );
}

export interface Command {
  readonly name: string;
  readonly text: string;
}

/** The same for a terminal. */
export function Commands({ commands }: { commands: readonly Command[] }) {
  return (
    <details class="commands">
      <summary>As a command</summary>
      {commands.map(({ name, text }) => (
        <CodeBlock key={name} label={name} text={text} />
      ))}
    </details>
  );
}

/** Text as it is, with its name. */
export function CodeBlock({ label, text }: { label: string; text: string }) {
  return (
    <figure class="code">
      <figcaption>{label}</figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be in reach of the keyboard */}
      <pre tabIndex={0}>{text === '' ? '(empty)' : text}</pre>
    </figure>
  );
}

/** Pairs of a name and what it is. */
export function Facts({ facts }: { facts: readonly (readonly [string, ComponentChildren])[] }) {
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
