import { type DoclingSidecarProps, doclingSidecar } from './options/docling-sidecar.ts';
import type { ExtractionProps } from './options/extraction.ts';
import type { Retention } from './options/retention.ts';
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
   * neither is deleted with its tasks, which `deletionProtection` refuses, so one is taken out in two deployments: first move it
   * from `queueCount` to here, and when `gcloud tasks list` shows nothing in it, take it from here.
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
   * Whether Terraform refuses to destroy the queues, or one that was not drained, and so the stack as a whole, and buckets that hold
   * something. A queue's name cannot be used again for days. @default true for the environment 'prod', else false
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

function unique(items: readonly string[] = []): string[] {
  return [...new Set(items)];
}

/** A whole share for each queue; 1 where that is none: what is wrong then is the capacity or the number of queues. */
function shareOf(capacity: number, queueCount: number): number {
  const share = Math.floor(capacity / queueCount);
  return Number.isFinite(share) && share > 0 ? share : 1;
}
