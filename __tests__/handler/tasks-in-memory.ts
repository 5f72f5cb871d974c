import { CloudTasksClient, type CreateTask } from '../../handler/cloud-tasks-client.ts';
import type { Clock } from '../../time/clock.ts';

/** Where a client's tasks go. */
export const CLIENT_SETTINGS = {
  projectId: 'p',
  location: 'us-central1',
  queue: 'documents',
  serviceUrl: 'https://documents-1.us-central1.run.app',
  serviceAccount: 'invoker@p.iam.gserviceaccount.com',
};

/** The client over a Cloud Tasks that is a list of tasks: short names, and payloads. */
export function tasksInMemory(clock: Clock, settings: object = CLIENT_SETTINGS) {
  const created = new Map<string, unknown>();
  const cloudTasks = { down: false };
  const createTask = async ({ task }: { task: { name: string; httpRequest: { body: string } } }) => {
    if (cloudTasks.down) throw Object.assign(new Error('The service is unavailable.'), { code: 14 });
    const name = task.name.split('/').at(-1) ?? '';
    if (created.has(name)) throw Object.assign(new Error('Requested entity already exists'), { code: 6 });
    created.set(name, JSON.parse(Buffer.from(task.httpRequest.body, 'base64').toString()));
    return [task];
  };
  const tasks = new CloudTasksClient(settings, async () => ({ createTask }) as unknown as CreateTask, clock);
  return { tasks, created, cloudTasks };
}
