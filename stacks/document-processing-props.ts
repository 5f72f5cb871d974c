import { type Check, isWhole } from './checks.ts';
import { callerChecks, memberChecks } from './member-checks.ts';
import { MAX_QUEUES, nameChecks } from './names.ts';
import { type DoclingSidecarProps, doclingSidecar } from './options/docling-sidecar.ts';
import type { ExtractionProps } from './options/extraction.ts';
import { type Retention, retentionChecks } from './options/retention.ts';
import type { ServiceNetwork } from './options/service-network.ts';
import type { UploadRulesProps } from './options/upload-events.ts';
import { capacityOf, type ServiceSize, serviceSize } from './service-size.ts';
import { type QueueLimits, queueLimits } from './task-queue.ts';

/** What a deployer can choose; nothing has to be. */
export interface DocumentProcessingStackProps extends QueueLimits, ServiceSize, ServiceNetwork, Retention {
  /** Id of the project. @default a Terraform variable, `project_id` */
  readonly projectId?: string;
  /** Region of everything. @default 'us-central1' */
  readonly location?: string;
  /** What sets this deployment apart from others in the same project: the suffix of every name. @default 'dev' */
  readonly environment?: string;
  /** Labels beside `app` and `environment`, on everything that takes labels. @default none */
  readonly labels?: Readonly<Record<string, string>>;
  /** Service accounts, or groups of some, who may call the service, to hand in documents and ask for results. @default none but the invoker */
  readonly callers?: readonly string[];
  /** IAM members of other services that put tasks into the queues themselves. @default none but the runtime */
  readonly enqueuers?: readonly string[];
  /** Queues that share the work, 1 to 100; a document's id decides which is its own. @default 1 */
  readonly queueCount?: number;
  /**
   * Queues beside these that were among them: they get no new documents and dispatch what they still have. A queue that is
   * neither is deleted with its tasks, so one is taken out in two deployments: first move it from `queueCount` to here, and
   * when `gcloud tasks list` shows nothing in it, take it from here.
   * @default 0
   */
  readonly drainingQueues?: number;
  /** Seconds Cloud Tasks waits for an answer, 15 to 1,800; all other times derive from it. @default 600 */
  readonly dispatchDeadlineSeconds?: number;
  /** docling-serve beside the handler, for scans and demanding layouts. @default none: the local converter does what it can */
  readonly docling?: DoclingSidecarProps;
  /** Fields that a model extracts from each document. @default none */
  readonly extraction?: ExtractionProps;
  /** Whether an object that is uploaded to the documents' bucket is handed in by itself, and which. @default none is */
  readonly enqueueUploads?: UploadRulesProps;
  /**
   * Whether outcomes are published to a topic: true has one made, a short name is that of one that exists in the project.
   * @default false
   */
  readonly outcomes?: boolean | string;
  /** Environment variable → id of a secret of this project. @default none */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Key for buckets and service: `projects/P/locations/L/keyRings/R/cryptoKeys/K`. @default Google's keys */
  readonly kmsKey?: string;
  /**
   * Keys that were `kmsKey` before: what they encrypted can be read only for as long as they are named here.
   * @default none
   */
  readonly formerKmsKeys?: readonly string[];
  /** Bucket of the documents, where it exists already. @default one is created */
  readonly documentsBucket?: string;
  /** Bucket of records and results, where it exists already. @default one is created */
  readonly resultsBucket?: string;
  /** Container image that serves the handler's routes on $PORT. @default the stock Node image with the bundle */
  readonly image?: string;
  /**
   * Container image whose Node runs the bundle, best by its digest: a mirror's, where nothing else may be used.
   * @default the stock Node image of the version that the project is tested with
   */
  readonly nodeImage?: string;
  /** The bundled handler, absolute. @default 'dist/handler.mjs' of this project */
  readonly bundlePath?: string;
  /**
   * Whether Terraform refuses to destroy the queues, and so the stack as a whole, and buckets that hold something. A queue's
   * name cannot be used again for days. @default true for the environment 'prod', else false
   */
  readonly deletionProtection?: boolean;
  /** Whether there are alerts, log-based metrics and a dashboard. @default true */
  readonly monitoring?: boolean;
  /** Who is told of an incident: `projects/P/notificationChannels/ID`. @default nobody, incidents are only shown */
  readonly notificationChannels?: readonly string[];
}

/** The props with every default in its place, each group as the parts of the stack take it. */
export function resolveProps(given: DocumentProcessingStackProps) {
  const { location = 'us-central1', environment = 'dev', queueCount = 1, drainingQueues = 0 } = given;
  const docling = given.docling && doclingSidecar(given.docling);
  const size = serviceSize(docling ? { ...given, concurrency: given.concurrency ?? 1 } : given);
  return {
    location,
    environment,
    labels: { ...given.labels, app: 'document-processing', environment },
    deletionProtection: given.deletionProtection ?? environment === 'prod',
    queueCount,
    drainingQueues,
    // Together the queues dispatch what the service can take, unless they are told less.
    limits: queueLimits(given, shareOf(capacityOf(size), queueCount + drainingQueues)),
    size,
    docling,
    callers: unique(given.callers),
    enqueuers: unique(given.enqueuers),
    secrets: given.secrets ?? {},
    formerKmsKeys: unique(given.formerKmsKeys).filter((name) => name !== given.kmsKey),
    monitoring: given.monitoring ?? true,
  };
}

/** The rules that no single part of the stack can check. */
export function sharedChecks(projectId: string, given: DocumentProcessingStackProps): Check[] {
  const { location, environment, queueCount, drainingQueues, size, limits, callers, enqueuers } = resolveProps(given);
  const allQueues = queueCount + drainingQueues;
  const { maxConcurrentDispatches } = limits;
  const capacity = capacityOf(size);
  return [
    ...nameChecks(projectId, environment, allQueues),
    ...callerChecks(callers),
    ...memberChecks('Enqueuers', enqueuers),
    ...retentionChecks(given, given),
    ...imageChecks(given),
    ...Object.entries(given.labels ?? {}).flatMap(([key, value]) => labelChecks(key, value)),
    {
      values: [location],
      condition: /^[a-z]+-[a-z]+\d+$/.test(location),
      message: `The location is a region; received '${location}': use one such as 'us-central1' or 'europe-west1'.`,
    },
    {
      values: [queueCount],
      condition: isWhole(queueCount, 1, MAX_QUEUES),
      message: `There are 1 to ${MAX_QUEUES} queues; received ${queueCount}: choose a whole number in that range.`,
    },
    {
      values: [drainingQueues, queueCount],
      condition: !isWhole(queueCount, 1, MAX_QUEUES) || isWhole(drainingQueues, 0, MAX_QUEUES - queueCount),
      message:
        `Queues that are drained are 0 to ${MAX_QUEUES - queueCount}, ${MAX_QUEUES} with those of queueCount; received ` +
        `drainingQueues ${drainingQueues}: choose a whole number in that range.`,
    },
    {
      values: [maxConcurrentDispatches, allQueues, capacity],
      condition: capacity < 1 || !(maxConcurrentDispatches * allQueues > capacity),
      message:
        `The queues dispatch at most what the service can work on at once, ${size.maxInstances} instances x ` +
        `${size.concurrency} requests = ${capacity}; received ${allQueues} x maxConcurrentDispatches ` +
        `${maxConcurrentDispatches}: lower it, or raise maxInstances or concurrency.`,
    },
  ];
}

/** One image runs, and its name is one. */
function imageChecks({ image, nodeImage }: DocumentProcessingStackProps): Check[] {
  const isName = (name: string | undefined) => name === undefined || /^\S+$/.test(name);
  return [
    {
      values: [image],
      condition: isName(image),
      message: `The service runs a container image; received '${image}': name one, with its tag or digest.`,
    },
    {
      values: [nodeImage],
      condition: isName(nodeImage),
      message: `The bundle runs on a container image with Node; received '${nodeImage}': name one, with its tag or digest.`,
    },
    {
      values: [image, nodeImage],
      condition: image === undefined || nodeImage === undefined,
      message:
        `An own image runs without the bundle, and a Node image runs the bundle; received both, '${image}' and ` +
        `'${nodeImage}': set CONTAINER_IMAGE or NODE_IMAGE.`,
    },
  ];
}

/** Google's rules for labels, by the letters of ASCII. */
function labelChecks(key: string, value: string): Check[] {
  return [
    {
      values: [key, value],
      condition: /^[a-z][a-z0-9_-]{0,62}$/.test(key) && /^[a-z0-9_-]{0,63}$/.test(value),
      message:
        'A label has lower-case letters, digits, hyphens and underscores, at most 63, and a key that begins with a ' +
        `letter; received '${key}=${value}': change it.`,
    },
  ];
}

function unique(items: readonly string[] = []): string[] {
  return [...new Set(items)];
}

/** A whole share for each queue; 1 where that is none: what is wrong then is the capacity or the number of queues. */
function shareOf(capacity: number, queueCount: number): number {
  const share = Math.floor(capacity / queueCount);
  return Number.isFinite(share) && share > 0 ? share : 1;
}
