/**
 * The stack and its single constructs, for other people's CDKTF apps. `DocumentProcessingStack` is all of it; what it is made of can be
 * used alone. Nothing of it is read from environment variables.
 */

export {
  checkIntervalSeconds,
  DEFAULT_DISPATCH_DEADLINE_SECONDS,
  type Deadlines,
  DISPATCH_DEADLINE_RANGE,
  deadlinesFor,
} from './deadlines.ts';
export type { SettingName } from './handler/setting-names.ts';
export type { DocumentProcessingStackProps } from './stacks/document-processing-props.ts';
export { DocumentProcessingStack } from './stacks/document-processing-stack.ts';
export { HandlerService, type HandlerServiceProps } from './stacks/handler-service.ts';
export type { DoclingSidecarProps } from './stacks/options/docling-sidecar.ts';
export { EncryptionKey, type EncryptionKeyProps } from './stacks/options/encryption-key.ts';
export type { ExtractionProps } from './stacks/options/extraction.ts';
export type { Retention } from './stacks/options/retention.ts';
export type { ServiceNetwork } from './stacks/options/service-network.ts';
export { type ExpiryRule, PrivateBucket, type PrivateBucketProps } from './stacks/private-bucket.ts';
export { ServiceIdentity, type ServiceIdentityProps } from './stacks/service-identity.ts';
export { type ServiceSize, serviceSize } from './stacks/service-size.ts';
export { type QueueLimits, queueLimits, TaskQueue, type TaskQueueProps } from './stacks/task-queue.ts';
export { problemsOf } from './stacks/validation.ts';
