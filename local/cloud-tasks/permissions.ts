import type { MethodName, Requests } from './messages.ts';
import { queueOf } from './names.ts';

/** A permission, and the resource that the caller must have it on. */
export interface RequiredPermission {
  readonly permission: string;
  /** A queue's or location's name, or `serviceAccounts/EMAIL`. */
  readonly resource: string;
}

type Rule<Method extends MethodName> = (request: Requests[Method]) => RequiredPermission[];

const on =
  (permission: string) =>
  (resource: string | undefined): RequiredPermission => ({ permission, resource: resource ?? '' });

const fullView = (view: string | undefined, queueName: string) =>
  view === 'FULL' ? [on('cloudtasks.tasks.fullView')(queueName)] : [];

/** What each method needs (reference: "Access control with IAM"). TestIamPermissions needs nothing. */
const RULES: { readonly [Method in MethodName]: Rule<Method> } = {
  ListLocations: ({ name }) => [on('cloudtasks.locations.list')(name)],
  GetLocation: ({ name }) => [on('cloudtasks.locations.get')(name)],
  ListQueues: ({ parent }) => [on('cloudtasks.queues.list')(parent)],
  GetQueue: ({ name }) => [on('cloudtasks.queues.get')(name)],
  CreateQueue: ({ parent }) => [on('cloudtasks.queues.create')(parent)],
  UpdateQueue: ({ queue }) => [on('cloudtasks.queues.update')(queue?.name)],
  DeleteQueue: ({ name }) => [on('cloudtasks.queues.delete')(name)],
  PurgeQueue: ({ name }) => [on('cloudtasks.queues.purge')(name)],
  PauseQueue: ({ name }) => [on('cloudtasks.queues.pause')(name)],
  ResumeQueue: ({ name }) => [on('cloudtasks.queues.resume')(name)],
  GetIamPolicy: ({ resource }) => [on('cloudtasks.queues.getIamPolicy')(resource)],
  SetIamPolicy: ({ resource }) => [on('cloudtasks.queues.setIamPolicy')(resource)],
  TestIamPermissions: () => [],
  ListTasks: ({ parent = '', responseView }) => [
    on('cloudtasks.tasks.list')(parent),
    ...fullView(responseView, parent),
  ],
  GetTask: ({ name = '', responseView }) => [
    on('cloudtasks.tasks.get')(queueOf(name)),
    ...fullView(responseView, queueOf(name)),
  ],
  CreateTask: ({ parent = '', task, responseView }) => {
    const token = task?.httpRequest?.oidcToken ?? task?.httpRequest?.oauthToken;
    return [
      on('cloudtasks.tasks.create')(parent),
      ...fullView(responseView, parent),
      ...(token?.serviceAccountEmail
        ? [on('iam.serviceAccounts.actAs')(`serviceAccounts/${token.serviceAccountEmail}`)]
        : []),
    ];
  },
  BufferTask: ({ queue }) => [on('cloudtasks.tasks.create')(queue)],
  DeleteTask: ({ name = '' }) => [on('cloudtasks.tasks.delete')(queueOf(name))],
  RunTask: ({ name = '', responseView }) => [
    on('cloudtasks.tasks.run')(queueOf(name)),
    ...fullView(responseView, queueOf(name)),
  ],
};

/** What a caller must be allowed for a call, in the order in which it is checked. */
export function requiredPermissions<Method extends MethodName>(
  method: Method,
  request: Requests[Method],
): RequiredPermission[] {
  return RULES[method](request);
}

/** The resource as the real service names it in messages: a service account by its bare email (recorded). */
export function resourceInMessage(resource: string): string {
  return resource.replace(/^serviceAccounts\//, '');
}
