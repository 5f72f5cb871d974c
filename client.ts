/**
 * What another service needs to put documents into the queue itself: the same task, name, schema and deadline as the handler's own.
 * It needs the grants that the stack gives to `enqueuers`.
 */
export { CloudTasksClient, type CloudTasksClientSettings, type CreatedTask } from './handler/cloud-tasks-client.ts';
export { MissingSettingsError } from './handler/setting-names.ts';
export {
  type DocumentTask,
  type DocumentTaskInput,
  documentIdFor,
  documentTaskSchema,
} from './state/document-task.ts';
