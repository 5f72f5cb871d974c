import type { QueueDetails, QueuesView as Queues } from '../views.ts';
import { ActionButton } from './actions.tsx';
import { Chart } from './chart.tsx';
import { counted, lastPart, number } from './format.ts';
import { search } from './location.ts';
import { Countdown, Facts, Pager, StatusWord } from './parts.tsx';
import { TaskTable } from './task-table.tsx';

/** The queues, why nothing runs, and the tasks of one. */
export function QueuesPanel({ view, isLinked }: { view: Queues; isLinked: boolean }) {
  return (
    <>
      <header class="heading">
        <h1>Queues</h1>
      </header>
      {view.queues.map((queue) => (
        <Queue key={queue.name} queue={queue} />
      ))}
      {view.queues.length > 1 && (
        <label class="choice">
          Tasks of{' '}
          <select value={view.queue} onChange={({ currentTarget }) => search({ queue: currentTarget.value })}>
            {view.queues.map(({ name }) => (
              <option key={name} value={name}>
                {lastPart(name)}
              </option>
            ))}
          </select>
        </label>
      )}
      <h2>{counted(view.total, 'task')}</h2>
      <TaskTable rows={view.rows} isLinked={isLinked} />
      <Pager {...view} what="tasks" />
    </>
  );
}

function Queue({ queue }: { queue: QueueDetails }) {
  const { name, state, why, size, running, maxConcurrent, perSecond, retries, series } = queue;
  const short = lastPart(name);
  return (
    <section class="queue" aria-label={short}>
      <h2>
        {short} <StatusWord status={state} />
      </h2>
      <p class="why">
        {why.text} {why.until !== undefined && <Countdown to={why.until} past="no time" />}
      </p>
      <div class="bar" role="toolbar" aria-label={`Actions of ${short}`}>
        {state === 'PAUSED' ? (
          <ActionButton action={{ do: 'resume', queue: name }} label="Resume" />
        ) : (
          <ActionButton action={{ do: 'pause', queue: name }} label="Pause" />
        )}
        <ActionButton
          action={{ do: 'purge', queue: name }}
          label="Purge"
          confirm={`Purge ${short}? Its ${counted(size, 'task')} are deleted for good. What waits for them is not done.`}
        />
      </div>
      <Facts
        facts={[
          ['Tasks', number(size)],
          ['On their way', `${number(running)} of ${number(maxConcurrent)}`],
          ['Rate', `${perSecond} a second`],
          ['Retries', retries],
        ]}
      />
      {series && (
        <div class="charts">
          <Chart label="Attempts in 10 s" series={series} names={['succeeded', 'failed']} />
          <Chart label="Tasks in the queue" series={series} names={['waiting']} />
        </div>
      )}
    </section>
  );
}
