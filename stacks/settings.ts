import { closest, distance } from 'fastest-levenshtein';
import type { DocumentProcessingStackProps } from './document-processing-props.ts';
import type { DoclingSidecarProps } from './options/docling-sidecar.ts';
import type { ExtractionProps } from './options/extraction.ts';
import type { UploadRulesProps } from './options/upload-events.ts';
import {
  boolean,
  booleanOrName,
  dispatchDeadline,
  environmentName,
  integer,
  keyValues,
  list,
  price,
  ratio,
  readTable,
  type Table,
  text,
  textOf,
  type Variables,
} from './variables.ts';

/** What a deployer chose. */
interface AppSettings {
  readonly props: DocumentProcessingStackProps;
  /** Bucket that keeps Terraform's state. @default none: a local file */
  readonly stateBucket?: string;
}

/** Props of several variables, and those that only code can set. */
type WithoutVariable =
  | 'docling'
  | 'extraction'
  | 'enqueueUploads'
  | 'bundlePath'
  | 'minBackoffSeconds'
  | 'maxBackoffSeconds'
  | 'maxDoublings';

const STACK: Table<Omit<DocumentProcessingStackProps, WithoutVariable>> = {
  /** Id of the project. Default: the Terraform variable `project_id`. */
  projectId: ['GCP_PROJECT_ID', text],
  /** Region of everything. Default: us-central1. */
  location: ['GCP_LOCATION', text],
  /** Suffix of every name, so that several environments can live in one project. Default: dev. */
  environment: ['ENVIRONMENT', environmentName],
  /** More labels, `key=value`, comma separated. Default: none. */
  labels: ['LABELS', keyValues],
  /** Service accounts, or groups of some, who may call the service, comma separated. Default: none. */
  callers: ['CALLERS', list],
  /** IAM members of other services that enqueue by themselves, comma separated. Default: none. */
  enqueuers: ['ENQUEUERS', list],
  /** Seconds for one attempt at a document, 15 to 1800; every other time derives from it. Default: 600. */
  dispatchDeadlineSeconds: ['DISPATCH_DEADLINE_SECONDS', dispatchDeadline],
  /** Attempts at a document in all. Default: 5. */
  maxAttempts: ['MAX_ATTEMPTS', integer],
  /** Queues that share the work. Default: 1. */
  queueCount: ['QUEUE_COUNT', integer],
  /** Queues beside these that were among them, and get nothing new. Default: 0. */
  drainingQueues: ['DRAINING_QUEUES', integer],
  /** Tasks that each queue dispatches a second. Default: 500. */
  maxDispatchesPerSecond: ['MAX_DISPATCHES_PER_SECOND', integer],
  /** Tasks of each queue being worked on at once. Default: its share of instances times concurrency. */
  maxConcurrentDispatches: ['MAX_CONCURRENT_DISPATCHES', integer],
  /** Share of the queues' operations that are logged, 0 to 1. Default: 1. */
  logSamplingRatio: ['LOG_SAMPLING_RATIO', ratio],
  /** vCPUs of an instance. Default: 1. */
  cpu: ['CPU', text],
  /** Memory of an instance. Default: 2Gi. */
  memory: ['MEMORY', text],
  /** Documents that an instance works on at once. Default: 4. */
  concurrency: ['CONCURRENCY', integer],
  /** Instances kept warm. Default: 0. */
  minInstances: ['MIN_INSTANCES', integer],
  /** Instances at most. Default: 10. */
  maxInstances: ['MAX_INSTANCES', integer],
  /** Who can reach the service. Default: INGRESS_TRAFFIC_INTERNAL_ONLY. */
  ingress: ['INGRESS', text],
  /** Network for direct VPC egress. Default: none. */
  vpcNetwork: ['VPC_NETWORK', text],
  /** Subnetwork for direct VPC egress. Default: none. */
  vpcSubnetwork: ['VPC_SUBNETWORK', text],
  /** PRIVATE_RANGES_ONLY or ALL_TRAFFIC. Default: PRIVATE_RANGES_ONLY. */
  vpcEgress: ['VPC_EGRESS', text],
  /** Secrets as environment variables, `VARIABLE=secret-id`, comma separated. Default: none. */
  secrets: ['SECRETS', keyValues],
  /** Customer-managed key, by its resource name. Default: Google's keys. */
  kmsKey: ['KMS_KEY', text],
  /** Keys that were KMS_KEY before and still encrypt something, comma separated. Default: none. */
  formerKmsKeys: ['FORMER_KMS_KEYS', list],
  /** Bucket of the documents, where it exists already. Default: one is created. */
  documentsBucket: ['EXISTING_DOCUMENTS_BUCKET', text],
  /** Bucket of records and results, where it exists already. Default: one is created. */
  resultsBucket: ['EXISTING_RESULTS_BUCKET', text],
  /** Days that a document is kept. Default: until somebody deletes it. */
  documentsRetentionDays: ['DOCUMENTS_RETENTION_DAYS', integer],
  /** Days that an outcome can be asked for, at least 40. Default: until somebody deletes it. */
  resultsRetentionDays: ['RESULTS_RETENTION_DAYS', integer],
  /** Image whose Node runs the bundle. Default: the stock Node image. */
  nodeImage: ['NODE_IMAGE', text],
  /** Own container image instead of the bundle. Default: none, a Node image runs it. */
  image: ['CONTAINER_IMAGE', text],
  /** Whether outcomes are published: true, false, or the name of a topic that exists. Default: false. */
  outcomes: ['OUTCOMES', booleanOrName],
  /** Whether Terraform refuses to destroy: true or false. Default: true for ENVIRONMENT=prod, else false. */
  deletionProtection: ['DELETION_PROTECTION', boolean],
  /** Whether there are alerts, log-based metrics and a dashboard: true or false. Default: true. */
  monitoring: ['MONITORING', boolean],
  /** Who is told of an incident, by full names of notification channels, comma separated. Default: nobody. */
  notificationChannels: ['NOTIFICATION_CHANNELS', list],
};

/** docling-serve beside the handler. Default: none; all but DOCLING itself need DOCLING=true. */
const DOCLING: Table<DoclingSidecarProps> = {
  /** Image of docling-serve. Default: a pinned version for CPUs. */
  image: ['DOCLING_IMAGE', text],
  /** vCPUs of docling-serve. Default: 4. */
  cpu: ['DOCLING_CPU', text],
  /** Memory of docling-serve. Default: 8Gi. */
  memory: ['DOCLING_MEMORY', text],
};

/** Which uploads are handed in by themselves. Default: none; both need ENQUEUE_UPLOADS=true. */
const UPLOADS: Table<UploadRulesProps> = {
  /** How their names begin. Default: as they like. */
  prefix: ['UPLOADS_PREFIX', text],
  /** How their names end, comma separated. Default: as they like. */
  suffixes: ['UPLOADS_SUFFIXES', list],
};

/** Fields that a model extracts from each document. Default: none; with one of these all without a default are needed. */
const EXTRACTION: Table<ExtractionProps> = {
  /** File with the JSON Schema of the fields. */
  schemaFile: ['EXTRACTION_SCHEMA_FILE', text],
  /** Name of a Gemini model. */
  model: ['EXTRACTION_MODEL', text],
  /** Where the model answers. Default: the region of everything. */
  location: ['EXTRACTION_LOCATION', text],
  /** What it reads of a PDF, text or pdf. Default: text. */
  input: ['EXTRACTION_INPUT', text],
  /** USD for a million tokens of input and of output. */
  inputPrice: ['EXTRACTION_INPUT_PRICE', price],
  outputPrice: ['EXTRACTION_OUTPUT_PRICE', price],
};

/** What is of the app and no single part of the stack. */
const APP: Table<{ doclingIsOn: boolean; uploadsAreOn: boolean; stateBucket: string }> = {
  /** Whether docling-serve runs beside the handler: true or false. Default: false. */
  doclingIsOn: ['DOCLING', boolean],
  /** Whether uploads are handed in by themselves: true or false. Default: false. */
  uploadsAreOn: ['ENQUEUE_UPLOADS', boolean],
  /** Bucket that keeps Terraform's state and exists already. Default: none, a file beside cdktf.json keeps it. */
  stateBucket: ['STATE_BUCKET', text],
};

/** All that are read; the bundler takes the first for itself, `npm start` and `npm run dev` the second. */
const KNOWN: readonly string[] = [
  'PROCESSING_MODULE',
  'DOCLING_URL',
  ...[STACK, DOCLING, UPLOADS, EXTRACTION, APP].flatMap((table) => Object.values(table).map(([variable]) => variable)),
];

/**
 * Reads what a deployer chose from environment variables; one that is empty counts as not set.
 *
 * Only what cannot be understood is a problem here; the stack checks the values themselves.
 *
 * @param variables usually `process.env`
 * @returns the settings that could be read, and one line for each variable that could not
 */
export function readAppSettings(variables: Variables): { settings: AppSettings; problems: string[] } {
  const stack = readTable(STACK, variables);
  const docling = readTable(DOCLING, variables);
  const uploads = readTable(UPLOADS, variables);
  const extraction = readTable(EXTRACTION, variables);
  const { values: app, problems: appProblems } = readTable(APP, variables);
  const { doclingIsOn, uploadsAreOn, ...ofApp } = app;
  const props: DocumentProcessingStackProps = {
    ...stack.values,
    ...(doclingIsOn && { docling: docling.values }),
    ...(uploadsAreOn && { enqueueUploads: uploads.values }),
    ...(isComplete(extraction.values) && { extraction: extraction.values }),
  };
  return {
    settings: { props, ...ofApp },
    problems: [
      ...stack.problems,
      ...docling.problems,
      ...uploads.problems,
      ...extraction.problems,
      ...appProblems,
      ...(doclingIsOn ? [] : problemsWithout('docling-serve', 'DOCLING', DOCLING, variables)),
      ...(uploadsAreOn
        ? []
        : problemsWithout('uploads that hand themselves in', 'ENQUEUE_UPLOADS', UPLOADS, variables)),
      ...extractionProblems(variables),
      ...misspelt(variables),
    ],
  };
}

/** Without a price that could not be read there is no extraction, and the problem with the price says why. */
function isComplete(given: Partial<ExtractionProps>): given is ExtractionProps {
  const { schemaFile, model, inputPrice, outputPrice } = given;
  return ![schemaFile, model, inputPrice, outputPrice].includes(undefined);
}

/** What is said of something that is not turned on. */
function problemsWithout(
  what: string,
  turnsOn: string,
  table: Readonly<Record<string, readonly [variable: string, ...unknown[]]>>,
  variables: Variables,
): string[] {
  const names = Object.values(table).map(([name]) => name);
  const first = names.find((name) => textOf(variables, name) !== undefined);
  if (first === undefined) return [];
  const given = textOf(variables, first);
  return [`${first} is for ${what}, which ${turnsOn}=true turns on; received '${given}': set both or none.`];
}

/** An extraction that is set in part. */
function extractionProblems(variables: Variables): string[] {
  const isSet = (name: string) => textOf(variables, name) !== undefined;
  const { schemaFile, model, inputPrice, outputPrice } = EXTRACTION;
  const needed = [schemaFile, model, inputPrice, outputPrice].map(([name]) => name);
  const missing = needed.filter((name) => !isSet(name));
  if (missing.length === 0 || !Object.values(EXTRACTION).some(([name]) => isSet(name))) return [];
  return [`Extraction needs ${needed.join(', ')}; received none for ${missing.join(', ')}: set all or none.`];
}

/** Letters from which on a name that is nearly one of ours is a typing error. */
const MIN_TELLING_LENGTH = 10;
/** Letters changed, added or left out by a typing error. */
const MAX_EDITS = 2;

/** Variables that are none of ours and were meant for one: silently, they would do nothing. */
function misspelt(variables: Variables): string[] {
  return Object.entries(variables).flatMap(([name, value]) => {
    if (!value || KNOWN.includes(name)) return [];
    const meant = meantBy(name);
    return meant === undefined ? [] : [`${name} is no setting: did you mean ${meant}? Rename it, or unset it.`];
  });
}

function meantBy(name: string): string | undefined {
  const isOurPrefix = /^(EXTRACTION|DOCLING)_/.test(name);
  const begun = isOurPrefix && KNOWN.find((whole) => whole.startsWith(`${name}_`));
  if (begun) return begun;
  // A short name that is near one of ours, such as SECRET, is another program's more likely.
  if (!isOurPrefix && name.length < MIN_TELLING_LENGTH) return undefined;
  // By their lengths first: an environment may have hundreds of variables.
  const alike = KNOWN.filter(({ length }) => Math.abs(length - name.length) <= MAX_EDITS);
  const nearest = closest(name, alike);
  // What is further away is another tool's: docling-serve and others have variables of their own that begin so.
  return nearest !== undefined && distance(name, nearest) <= MAX_EDITS ? nearest : undefined;
}
