import type { TaskDetails, TasksView as Tasks } from '../views.ts';
import { Chart } from './chart.tsx';
import { lastPart, number } from './format.ts';
import { search } from './location.ts';
import { CodeBlock, Countdown, Facts, Pager, StatusWord } from './parts.tsx';
import { SearchField } from './search-field.tsx';
import { TaskActions, TaskTable } from './task-table.tsx';
import { AttemptStep } from './timeline.tsx';

const STATUSES = ['WAITING', 'RUNNING', 'RETRYING', 'SUCCEEDED', 'EXHAUSTED', 'DELETED'];

/** All tasks: those in the queues, and those that have left them lately. */
export function TasksPanel({ view, query }: { view: Tasks; query: URLSearchParams }) {
  const status = query.get('status') ?? '';
  return (
    <>
      <header class="heading">
        <h1>Tasks</h1>
      </header>
      <Chart label="Ended in 10 s" series={view.done} names={['SUCCEEDED', 'EXHAUSTED']} />
      <div class="bar">
        <SearchField label="Search name, URL and answer" value={query.get('q') ?? ''} />
        <fieldset class="choices">
          <legend class="hidden">Status</legend>
          {['', ...STATUSES].map((one) => (
            <label key={one}>
              <input type="radio" name="status" checked={status === one} onChange={() => search({ status: one })} />
              {one === '' ? 'All' : <StatusWord status={one} />}
              {one !== '' && <b class="number">{number(view.counts[one] ?? 0)}</b>}
            </label>
          ))}
        </fieldset>
      </div>
      <TaskTable rows={view.rows} isLinked />
      <Pager {...view} what="tasks" />
    </>
  );
}

/** One task: what it sends, and what came back. */
export function TaskPanel({ view }: { view: TaskDetails }) {
  const { name, queue, status, dueAt, url, request, log, deadlineSeconds } = view;
  return (
    <>
      <p class="back">
        <a href="/tasks">← Tasks</a>
      </p>
      <header class="heading">
        <h1>{lastPart(name)}</h1>
        <StatusWord status={status} />
      </header>
      {dueAt !== undefined && (
        <>
          {status !== 'RUNNING' && (
            <p>
              Next attempt in <Countdown to={dueAt} past="a moment" />
            </p>
          )}
          <div class="bar" role="toolbar" aria-label="Actions">
            <TaskActions name={name} />
          </div>
        </>
      )}
      <Facts
        facts={[
          ['Queue', lastPart(queue)],
          ['To', url],
          ...(deadlineSeconds > 0 ? ([['Dispatch deadline', `${number(deadlineSeconds)} s`]] as const) : []),
        ]}
      />
      <h2>Attempts</h2>
      {log.length === 0 && <p class="empty">None yet.</p>}
      <ol class="attempts" reversed>
        {[...log].reverse().map((attempt) => (
          <AttemptStep key={`${attempt.number} ${attempt.from}`} attempt={attempt} isLast={attempt === log.at(-1)} />
        ))}
      </ol>
      {request && (
        <section>
          <h2>What it sends</h2>
          <CodeBlock label={request.line} text={request.headers} />
          <CodeBlock label="Payload" text={request.body} />
        </section>
      )}
    </>
  );
}
