/**
 * Cloud Tasks in one process, for the tests of other projects: gRPC and REST on one port, faults on demand, and a clock that makes
 * an hour of backoff pass in no time.
 */

export type { Attempt } from './local/cloud-tasks/attempt.ts';
export { type CloudTasks, type CloudTasksOptions, startCloudTasks } from './local/cloud-tasks/cloud-tasks.ts';
export { CloudTasksError } from './local/cloud-tasks/errors.ts';
export type { AttemptFault, FaultScope } from './local/cloud-tasks/faults.ts';
export type { QueueConfig } from './local/cloud-tasks/queue-config.ts';
export { PortInUseError } from './local/listen.ts';
export { type Clock, systemClock } from './time/clock.ts';
export { VirtualClock } from './time/virtual-clock.ts';
