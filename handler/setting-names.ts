/**
 * The handler's settings: names of environment variables. A pure contract that `stacks/` sets, `handler/settings.ts` reads and
 * validates, and nothing else knows.
 */
export const SETTING_NAMES = [
  /** Project of the queue. @default '' (enqueuing then fails and says so) */
  'GCP_PROJECT_ID',
  /** Region of the queue. @default '' (as above) */
  'GCP_LOCATION',
  /** Short name of the queue, not its full id; of several, separated by commas, each document has its own. @default '' (as above) */
  'CLOUD_TASKS_QUEUE',
  /** URL of this service: the target and the audience of every task. @default '' (as above) */
  'CLOUD_RUN_SERVICE_URL',
  /** Email of the invoker: the identity that Cloud Tasks calls with. @default '' (as above) */
  'CLOUD_RUN_SERVICE_ACCOUNT',
  /** Bucket that documents are read from, the only one. @default '' (processing then fails and says so) */
  'DOCUMENTS_BUCKET',
  /** Bucket of the records and results. @default '' (as above) */
  'RESULTS_BUCKET',
  /** Dispatch deadline of each task in seconds; the whole chain in `deadlines.ts` derives from it. @default 600 */
  'DISPATCH_DEADLINE_SECONDS',
  /** The queue's `maxAttempts`, so that the last attempt is known as such. @default 5 */
  'CLOUD_TASKS_MAX_ATTEMPTS',
  /** The queue's `maxBackoff` in seconds: how long a document may be silent between two attempts. @default 300 */
  'CLOUD_TASKS_MAX_BACKOFF_SECONDS',
  /** Largest document in bytes. @default 52428800 */
  'MAX_DOCUMENT_BYTES',
  /** Where a docling-serve answers, without a path. @default '' (there is none: the method docling fails and says so) */
  'DOCLING_URL',
  /** JSON Schema of the fields to extract from each document, at most 32,768 bytes. @default '' (nothing is extracted) */
  'EXTRACTION_SCHEMA',
  /** Name of the Gemini model that extracts. @default '' (as above) */
  'EXTRACTION_MODEL',
  /** Where the model answers: a region, us, eu or global. @default GCP_LOCATION */
  'EXTRACTION_LOCATION',
  /** What the model reads of a PDF: text (its Markdown) or pdf (the PDF itself). @default text */
  'EXTRACTION_INPUT',
  /** USD for a million tokens of the model's input, for the estimate of the cost. @default '' (as the schema) */
  'EXTRACTION_INPUT_PRICE',
  /** USD for a million tokens of the model's output. @default '' (as above) */
  'EXTRACTION_OUTPUT_PRICE',
  /** Topic that outcomes are published to, `projects/PROJECT/topics/TOPIC`. @default '' (they are not published) */
  'OUTCOMES_TOPIC',
  /** Email of the identity that uploads are told of with. @default '' (nobody may tell of uploads) */
  'UPLOADS_SERVICE_ACCOUNT',
  /** How the names of uploads begin that are documents. @default '' */
  'UPLOADS_PREFIX',
  /** How they may end, separated by commas: .pdf,.docx. @default '' (as they like) */
  'UPLOADS_SUFFIXES',
  /**
   * `true` accepts a token whose signature Cloud Run has checked and replaced by SIGNATURE_REMOVED_BY_GOOGLE. Only right behind
   * Cloud Run's IAM check with no public member; the stack sets it. @default false
   */
  'ACCEPT_REMOVED_SIGNATURE',
  /** Keys that sign Google's tokens. @default https://www.googleapis.com/oauth2/v3/certs */
  'OIDC_JWKS_URL',
  /** trace, debug, info, warn, error or fatal. @default info */
  'LOG_LEVEL',
  /** Address to listen on; Cloud Run needs all of them, a laptop wants 127.0.0.1. @default 0.0.0.0 */
  'HOST',
  /** Port to listen on; Cloud Run sets it. @default 8080 */
  'PORT',
] as const;

/** Path of the endpoint that the push subscription of uploads calls. */
export const UPLOADS_PATH = '/events/upload';

export type SettingName = (typeof SETTING_NAMES)[number];

/** The settings that `npm run documents` takes as well: where a deployment's queues and buckets are, and how it is timed. */
export const OPERATOR_SETTINGS = [
  'GCP_PROJECT_ID',
  'GCP_LOCATION',
  'CLOUD_TASKS_QUEUE',
  'CLOUD_RUN_SERVICE_URL',
  'CLOUD_RUN_SERVICE_ACCOUNT',
  'DOCUMENTS_BUCKET',
  'RESULTS_BUCKET',
  'DISPATCH_DEADLINE_SECONDS',
  'CLOUD_TASKS_MAX_BACKOFF_SECONDS',
  'OUTCOMES_TOPIC',
] as const satisfies readonly SettingName[];

/** Settings that are needed for what was asked, and are not set. */
export class MissingSettingsError extends Error {
  readonly missing: readonly SettingName[];

  constructor(action: string, missing: readonly SettingName[]) {
    super(`${action} needs settings that are empty: ${missing.join(', ')}. Set these environment variables.`);
    this.name = 'MissingSettingsError';
    this.missing = missing;
  }
}
