/** The canonical codes that Cloud Tasks answers with: gRPC's number and the HTTP status of the REST wire. */
export const CODES = {
  INVALID_ARGUMENT: { grpc: 3, http: 400 },
  NOT_FOUND: { grpc: 5, http: 404 },
  ALREADY_EXISTS: { grpc: 6, http: 409 },
  PERMISSION_DENIED: { grpc: 7, http: 403 },
  FAILED_PRECONDITION: { grpc: 9, http: 400 },
  ABORTED: { grpc: 10, http: 409 },
  UNIMPLEMENTED: { grpc: 12, http: 501 },
  INTERNAL: { grpc: 13, http: 500 },
  UNAVAILABLE: { grpc: 14, http: 503 },
  UNAUTHENTICATED: { grpc: 16, http: 401 },
} as const;

export type Code = keyof typeof CODES;

/** The code that stands for an HTTP status (google/rpc/code.proto). */
const RPC_CODES: Readonly<Record<number, readonly [name: string, code: number]>> = {
  400: ['INVALID_ARGUMENT', 3],
  401: ['UNAUTHENTICATED', 16],
  403: ['PERMISSION_DENIED', 7],
  404: ['NOT_FOUND', 5],
  409: ['ABORTED', 10],
  429: ['RESOURCE_EXHAUSTED', 8],
  499: ['CANCELLED', 1],
  500: ['INTERNAL', 13],
  501: ['UNIMPLEMENTED', 12],
  503: ['UNAVAILABLE', 14],
  504: ['DEADLINE_EXCEEDED', 4],
};

/** `google.rpc.Status` of an attempt: `UNAVAILABLE(14): HTTP status code 503`, as the real service writes it. */
export function rpcStatus(httpStatus: number): { code?: number; message?: string } {
  if (httpStatus >= 200 && httpStatus <= 299) return {};
  const [name, code] = RPC_CODES[httpStatus] ?? ['UNKNOWN', 2];
  return { code, message: `${name}(${code}): HTTP status code ${httpStatus}` };
}

/** A link that Google attaches to some errors (`google.rpc.Help`). */
export interface HelpLink {
  readonly description: string;
  readonly url: string;
}

/** An error that a method of Cloud Tasks answers with. Both wires carry its code and message unchanged. */
export class CloudTasksError extends Error {
  override readonly name = 'CloudTasksError';
  readonly code: Code;
  readonly help: HelpLink | undefined;

  constructor(code: Code, message: string, help?: HelpLink) {
    super(message);
    this.code = code;
    this.help = help;
  }
}

export function invalidArgument(message: string, help?: HelpLink): CloudTasksError {
  return new CloudTasksError('INVALID_ARGUMENT', message, help);
}

// The messages below are recordings of the real service.

/** A queue that is unknown or was deleted: create task; get, pause, resume, purge queue; list tasks. */
export const queueNotFound = () =>
  new CloudTasksError(
    'NOT_FOUND',
    'Queue does not exist. If you just created the queue, wait at least a minute for the queue to initialize.',
  );

/** A queue to delete, or a task to get, delete or run, that is unknown. */
export const entityNotFound = () => new CloudTasksError('NOT_FOUND', 'Requested entity was not found.');

/** A task to get, delete or run that ended lately. */
export const taskGone = () =>
  new CloudTasksError(
    'NOT_FOUND',
    'The task no longer exists, though a task with this name existed recently. ' +
      'The task either successfully completed or was deleted.',
  );

export const taskExists = () => new CloudTasksError('ALREADY_EXISTS', 'Requested entity already exists');

/** In the words that users were shown (stackkit/laravel-google-cloud-tasks-queue #104, #130). */
export const taskExistedRecently = () =>
  new CloudTasksError(
    'ALREADY_EXISTS',
    'The task cannot be created because a task with this name existed too recently. For more information about task ' +
      'de-duplication see https://cloud.google.com/tasks/docs/reference/rest/v2/projects.locations.queues.tasks/create' +
      '#body.request_body.FIELDS.task.',
  );

export const queueExists = () => new CloudTasksError('ALREADY_EXISTS', 'Queue already exists');

export const queueExistedRecently = () =>
  new CloudTasksError(
    'FAILED_PRECONDITION',
    'The queue cannot be created because a queue with this name existed too recently.',
  );

export const permissionDenied = (permission: string, resource: string) =>
  new CloudTasksError(
    'PERMISSION_DENIED',
    `The principal (user or service account) lacks IAM permission "${permission}" for the resource "${resource}" ` +
      '(or the resource may not exist).',
  );

/** What every Google API answers to a call without a valid access token. */
export const unauthenticated = () =>
  new CloudTasksError(
    'UNAUTHENTICATED',
    'Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or other valid ' +
      'authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.',
  );
