import type { PolicyMessage } from './messages.ts';
import type { Queue } from './queue.ts';
import type { Task, TaskView } from './task.ts';

/** A task and how much of it the caller asked to see. */
export interface ViewedTask {
  readonly task: Task;
  readonly view: TaskView;
}

/** The response of each method, before a wire writes it. */
export interface Responses {
  ListQueues: { readonly queues: Queue[]; readonly nextPageToken: string };
  GetQueue: Queue;
  CreateQueue: Queue;
  UpdateQueue: Queue;
  DeleteQueue: undefined;
  PurgeQueue: Queue;
  PauseQueue: Queue;
  ResumeQueue: Queue;
  GetIamPolicy: PolicyMessage;
  SetIamPolicy: PolicyMessage;
  TestIamPermissions: { readonly permissions: string[] };
  ListTasks: { readonly tasks: ViewedTask[]; readonly nextPageToken: string };
  GetTask: ViewedTask;
  CreateTask: ViewedTask;
  BufferTask: ViewedTask;
  DeleteTask: undefined;
  RunTask: ViewedTask;
}
