import type { TaskRow } from '../views.ts';
import { ActionButton } from './actions.tsx';
import { lastPart } from './format.ts';
import { Countdown, DataTable, StatusWord } from './parts.tsx';

/** Tasks in their queues, and some that have left them. */
export function TaskTable({ rows, isLinked }: { rows: readonly TaskRow[]; isLinked: boolean }) {
  if (rows.length === 0) return <p class="empty">No tasks.</p>;
  return (
    <DataTable
      label="Tasks"
      head={
        <>
          <th>Task</th>
          <th>Status</th>
          <th class="right">Attempts</th>
          <th>Last answer</th>
          <th>Due in</th>
          <th class="wide">To</th>
          <th>Actions</th>
        </>
      }
    >
      {rows.map((task) => (
        <Row key={task.name} task={task} isLinked={isLinked} />
      ))}
    </DataTable>
  );
}

function Row({ task: { name, status, attempts, answer, dueAt, url }, isLinked }: { task: TaskRow; isLinked: boolean }) {
  const short = lastPart(name);
  return (
    <tr>
      <td class="name">{isLinked ? <a href={`/tasks/${name}`}>{short}</a> : short}</td>
      <td>
        <StatusWord status={status} />
      </td>
      <td class="right number">{attempts}</td>
      <td>{answer}</td>
      <td>{status !== 'RUNNING' && dueAt !== undefined && <Countdown to={dueAt} />}</td>
      <td class="wide id">{isLinked ? url : pathOf(url)}</td>
      <td class="buttons">{dueAt !== undefined && <TaskActions name={name} />}</td>
    </tr>
  );
}

/** Where all tasks go to one service, its path says enough. */
function pathOf(url: string): string {
  return URL.canParse(url) ? new URL(url).pathname : url;
}

/** What can be done to a task that is in its queue. */
export function TaskActions({ name }: { name: string }) {
  return (
    <>
      <ActionButton action={{ do: 'run', task: name }} label="Run now" />{' '}
      <ActionButton
        action={{ do: 'delete-task', task: name }}
        label="Delete"
        confirm={`Delete the task ${lastPart(name)}?`}
      />
    </>
  );
}
