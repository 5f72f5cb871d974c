import type { Clock } from '../time/clock.ts';
import type { SecretValues } from './cloud-run/run-service.ts';
import type { StorageFault } from './cloud-storage/json-api.ts';
import type { Attempt } from './cloud-tasks/attempt.ts';
import type { PushedMessage } from './pubsub/subscription.ts';

/** How a local Google runs a stack. */
export interface LocalGoogleOptions {
  /** The synthesised `cdk.tf.json`. */
  readonly stackFile: string;
  /** Ports on the loopback address; 0 is any free one. @default all 0 */
  readonly ports?: {
    readonly tasks?: number;
    readonly storage?: number;
    /** Of the developer's metadata server. */
    readonly metadata?: number;
    /** Of Cloud Run's front door. */
    readonly run?: number;
  };
  /** Values of the stack's Terraform variables. @default their defaults */
  readonly variables?: Readonly<Record<string, string>>;
  /** Email that the developer's metadata server gives tokens of. @default the project's owner */
  readonly developer?: string;
  /** @default systemClock */
  readonly clock?: Clock;
  /** Time as Cloud Tasks alone sees it, so that backoffs pass faster. @default `clock` */
  readonly tasksClock?: Clock;
  /** Values of the variables that the stack fills from secrets. @default the environment's */
  readonly secretValues?: SecretValues;
  /**
   * Variables of the service in place of what the stack declares, and beside it: where what stands in for a sidecar answers. Those
   * that are undefined or empty count as not given. @default none
   */
  readonly serviceVariables?: Readonly<Record<string, string | undefined>>;
  /** Where the service finds Vertex AI, which is not here. @default the environment's GOOGLE_VERTEX_BASE_URL */
  readonly vertexBaseUrl?: string | undefined;
  /** Decides for each request to Cloud Storage whether it fails. @default none does */
  readonly storageFault?: () => StorageFault | undefined;
  /** Whether Cloud Storage refuses a second change of one object within a second. @default true */
  readonly mutationLimit?: boolean | undefined;
  /**
   * Whether instances of the service live as on Cloud Run: ended after 15 minutes without a request (`clock`), killed above their
   * memory, without CPU between requests where the stack says `cpu_idle`. Else they are kept as they are. @default true
   */
  readonly instanceLimits?: boolean | undefined;
  /** Folder that objects, queues, tasks and messages are kept in, across restarts and kills. @default none: in memory */
  readonly data?: string | undefined;
  /** Takes what the service writes and what Cloud Run refuses, a line each, with the process of the instance that it is of. @default nothing */
  readonly onLog?: (line: string, pid?: number) => void;
  /** Called after each message that was pushed. @default nothing */
  readonly onPush?: ((push: PushedMessage) => void) | undefined;
  /** Called after each attempt of a task. @default nothing */
  readonly onAttempt?: (attempt: Attempt) => void;
  /** Called after whatever may have changed a queue. It must be quick. @default nothing */
  readonly onQueueChange?: (() => void) | undefined;
}
