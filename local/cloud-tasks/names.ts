import { invalidArgument } from './errors.ts';

const LOCATION_NAME = /^projects\/[A-Za-z0-9.:-]+\/locations\/[A-Za-z0-9-]+$/;
const QUEUE_NAME = /^projects\/[A-Za-z0-9.:-]+\/locations\/[A-Za-z0-9-]+\/queues\/[A-Za-z0-9-]{1,100}$/;
const TASK_ID = /^[A-Za-z0-9_-]{1,500}$/;
const REFERENCE = 'https://cloud.google.com/tasks/docs/reference/rest/v2/projects.locations.queues';

/** The short id of a queue or a task: what follows the last slash of its name. */
export function shortId(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

/** `projects/P/locations/L` of a queue's name. */
export function locationOfQueue(queueName: string): string {
  return queueName.slice(0, Math.max(0, queueName.lastIndexOf('/queues/')));
}

/** `projects/P` of a location's name. */
export function projectOfLocation(location: string): string {
  return location.slice(0, Math.max(0, location.lastIndexOf('/locations/')));
}

/** `projects/P/locations/L/queues/Q` of a task's name; the whole string where it has no task segment. */
export function queueOf(taskName: string): string {
  const end = taskName.lastIndexOf('/tasks/');
  return end < 0 ? taskName : taskName.slice(0, end);
}

/** Whether a name is `projects/P/locations/L/queues/Q`, Q of at most 100 letters, digits and hyphens. */
export function isQueueName(name: string): boolean {
  return QUEUE_NAME.test(name);
}

/** Whether a name is `projects/P/locations/L`. */
export function isLocationName(name: string): boolean {
  return LOCATION_NAME.test(name);
}

/** @throws CloudTasksError INVALID_ARGUMENT unless `parent` is `projects/P/locations/L` */
export function requireLocationName(parent: string): void {
  if (!isLocationName(parent)) throw invalidArgument('Invalid resource field value in the request.');
}

/**
 * @throws CloudTasksError INVALID_ARGUMENT unless `name` is `projects/P/locations/L/queues/Q`, Q of at most 100 letters, digits and
 * hyphens (recorded message)
 */
export function requireQueueName(name: string): void {
  if (isQueueName(name)) return;
  throw invalidArgument(
    'Queue name must be formatted: "projects/<PROJECT_ID>/locations/<LOCATION_ID>/queues/<QUEUE_ID>".',
    { description: 'Definition of queue name', url: `${REFERENCE}#Queue.FIELDS.name` },
  );
}

/**
 * @throws CloudTasksError INVALID_ARGUMENT unless `name` is `QUEUE/tasks/ID` of this very queue, with an id of 1 to 500 letters,
 * digits, hyphens and underscores (recorded messages)
 */
export function requireTaskName(name: string, queueName: string): void {
  if (!name.includes('/tasks/') || !QUEUE_NAME.test(queueOf(name))) {
    throw invalidArgument(
      'Task name must be formatted: "projects/<PROJECT_ID>/locations/<LOCATION_ID>/queues/<QUEUE_ID>/tasks/<TASK_ID>"',
    );
  }
  if (queueOf(name) !== queueName) {
    throw invalidArgument(
      `The queue name from request ('${queueName}') must be the same as the queue name in the named task ('${queueOf(name)}').`,
    );
  }
  // Not the short id: what follows the last of several slashes may look like one.
  const id = name.slice(`${queueName}/tasks/`.length);
  if (TASK_ID.test(id)) return;
  throw invalidArgument(
    `Task ID "${id}" can contain only letters ([A-Za-z]), numbers ([0-9]), hyphens (-), or underscores (_). ` +
      'Task ID must between 1 and 500 characters.',
    { description: 'Definition of task ID', url: `${REFERENCE}.tasks#Task.FIELDS.name` },
  );
}
