import { CloudTasksError } from '../local/cloud-tasks/errors.ts';
import type { CloudTasksService } from '../local/cloud-tasks/service.ts';
import { PARENT } from './instance.ts';

/** The part of Google's task that the client fills in. */
export interface GoogleTask {
  readonly name?: string;
  readonly scheduleTime?: { readonly seconds: number };
  readonly dispatchDeadline?: { readonly seconds: number };
  readonly httpRequest?: {
    readonly url?: string;
    readonly headers?: Record<string, string>;
    readonly body?: string;
    readonly oidcToken?: { readonly serviceAccountEmail?: string; readonly audience?: string };
  };
}

/** Creates a task as the official client would, without a wire. Errors carry the client's numbers. */
export function createInEmulator(tasks: CloudTasksService, task: GoogleTask): void {
  const { name, scheduleTime, dispatchDeadline, httpRequest } = task;
  try {
    tasks.call(
      'CreateTask',
      {
        parent: PARENT,
        task: {
          ...(name && { name }),
          ...(scheduleTime && { scheduleTime: scheduleTime.seconds * 1000 }),
          ...(dispatchDeadline && { dispatchDeadline: dispatchDeadline.seconds * 1000 }),
          httpRequest: {
            url: httpRequest?.url ?? '',
            httpMethod: 'POST',
            headers: httpRequest?.headers ?? {},
            body: Buffer.from(httpRequest?.body ?? '', 'base64'),
            oidcToken: httpRequest?.oidcToken ?? {},
          },
        },
      },
      undefined,
    );
  } catch (error) {
    if (error instanceof CloudTasksError && error.code === 'ALREADY_EXISTS') throw Object.assign(error, { code: 6 });
    throw error;
  }
}
