import type { CloudTasks } from '../../local/cloud-tasks/cloud-tasks.ts';
import { CloudTasksError } from '../../local/cloud-tasks/errors.ts';
import type { Action, Done } from '../actions.ts';
import { RefusedActionError } from '../shown.ts';

/** What can be done to tasks and queues. */
export type QueueAction = Extract<Action, { task: string } | { queue: string }>;

export function isQueueAction(action: Action): action is QueueAction {
  return 'task' in action || 'queue' in action;
}

const METHODS = { pause: 'PauseQueue', resume: 'ResumeQueue', purge: 'PurgeQueue' } as const;
const SAID = { pause: 'Paused.', resume: 'Resumed.', purge: 'Purged: no task is left in it.' } as const;

/**
 * Does it in a Cloud Tasks of this process.
 *
 * @param authorization of a caller who may do everything. @default nobody is asked
 * @throws RefusedActionError in the words of Cloud Tasks
 */
export function actOnQueue(tasks: Pick<CloudTasks, 'call'>, action: QueueAction, authorization?: string): Done {
  try {
    if ('queue' in action) {
      tasks.call(METHODS[action.do], { name: action.queue }, authorization);
      return { said: SAID[action.do] };
    }
    if (action.do === 'run') {
      tasks.call('RunTask', { name: action.task }, authorization);
      return { said: 'Dispatched now.' };
    }
    tasks.call('DeleteTask', { name: action.task }, authorization);
    return { said: 'Deleted the task.' };
  } catch (error) {
    if (!(error instanceof CloudTasksError)) throw error;
    throw new RefusedActionError(error.message, error.code === 'NOT_FOUND' ? 404 : 409);
  }
}
