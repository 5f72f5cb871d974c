import type { CreateTask } from '../../handler/cloud-tasks-client.ts';
import { CloudTasksError } from '../../local/cloud-tasks/errors.ts';
import type { LocalGoogle } from '../../local/local-google.ts';

/** `ALREADY_EXISTS` of google.rpc.Code, by which the client knows that its task is there. */
const ALREADY_EXISTS = 6;

/** Creates tasks in a Cloud Tasks of this process, as the project's owner, in place of Google's client. */
export function taskCreator({ tasks, ownerToken }: Pick<LocalGoogle, 'tasks' | 'ownerToken'>): CreateTask {
  const createTask = async ({ parent, task }: CreateTaskRequest) => {
    const { name, httpRequest, scheduleTime, dispatchDeadline } = task;
    const message = {
      name,
      httpRequest: { ...httpRequest, body: Buffer.from(httpRequest.body, 'base64') },
      dispatchDeadline: dispatchDeadline.seconds * 1000,
      ...(scheduleTime && { scheduleTime: scheduleTime.seconds * 1000 }),
    };
    try {
      tasks.call('CreateTask', { parent, task: message }, `Bearer ${ownerToken()}`);
      return [{ name }];
    } catch (error) {
      if (!(error instanceof CloudTasksError) || error.code !== 'ALREADY_EXISTS') throw error;
      throw Object.assign(new Error(error.message), { code: ALREADY_EXISTS });
    }
  };
  return { createTask: createTask as unknown as CreateTask['createTask'] };
}

/** What the client asks for, as far as it asks. */
interface CreateTaskRequest {
  readonly parent: string;
  readonly task: {
    readonly name: string;
    readonly dispatchDeadline: { readonly seconds: number };
    readonly scheduleTime?: { readonly seconds: number };
    readonly httpRequest: {
      readonly httpMethod: 'POST';
      readonly url: string;
      readonly headers: Record<string, string>;
      readonly body: string;
      readonly oidcToken: { readonly serviceAccountEmail: string; readonly audience: string };
    };
  };
}
