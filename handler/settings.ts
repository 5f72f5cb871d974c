import * as z from 'zod';
import { checkIntervalSeconds, type Deadlines, deadlinesFor } from '../deadlines.ts';
import type { ExtractionSettings } from '../documents/extraction/vertex-model.ts';
import { extractionProblems, extractionSettings, extractionVariables } from './extraction-settings.ts';
import { MissingSettingsError, SETTING_NAMES, type SettingName } from './setting-names.ts';

/** What the handler knows of its surroundings. Empty strings stand for what was not set. */
export interface Settings {
  readonly projectId: string;
  readonly location: string;
  readonly queue: string;
  readonly serviceUrl: string;
  readonly serviceAccount: string;
  readonly documentsBucket: string;
  readonly resultsBucket: string;
  readonly deadlines: Deadlines;
  readonly maxAttempts: number;
  /** Seconds between two looks at a document without an outcome. */
  readonly checkIntervalSeconds: number;
  readonly maxDocumentBytes: number;
  /** Where outcomes are published. */
  readonly outcomesTopic: string;
  /** Whose messages of uploads are taken. */
  readonly uploadsServiceAccount: string;
  readonly uploadsPrefix: string;
  readonly uploadsSuffixes: readonly string[];
  /** Where a docling-serve answers. */
  readonly doclingUrl: string;
  /** @default none: nothing is extracted */
  readonly extraction?: ExtractionSettings;
  readonly acceptRemovedSignature: boolean;
  readonly jwksUrl: string;
  readonly logLevel: string;
  readonly host: string;
  readonly port: number;
}

/** Settings whose values break a rule: every problem at once, each naming its variable. */
export class InvalidSettingsError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`Invalid settings: ${problems.join(' ')}`);
    this.name = 'InvalidSettingsError';
    this.problems = problems;
  }
}

/** @throws MissingSettingsError naming each bucket that `action` needs and that is not set */
export function requireBuckets({ documentsBucket, resultsBucket }: Settings, action: string): void {
  const missing: SettingName[] = [];
  if (documentsBucket === '') missing.push('DOCUMENTS_BUCKET');
  if (resultsBucket === '') missing.push('RESULTS_BUCKET');
  if (missing.length > 0) throw new MissingSettingsError(action, missing);
}

const text = (pattern: RegExp, rule: string) =>
  z
    .string()
    .refine((value) => value === '' || pattern.test(value), { error: rule })
    .default('');

const wholeNumber = (rule: string, min: number, max: number, value: number) =>
  z
    .string()
    // Digits alone: Number() takes a blank for 0, and more that nobody means.
    .refine((digits) => /^\d{1,10}$/.test(digits) && Number(digits) >= min && Number(digits) <= max, { error: rule })
    .transform(Number)
    .default(value);

const bucket = text(/^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/, "must be a bucket's name, without gs://");

const schema = z.object({
  GCP_PROJECT_ID: text(
    /^[a-z][a-z0-9:.-]{4,61}[a-z0-9]$/,
    "must be a project's id (6 to 30 lower-case letters, digits and hyphens)",
  ),
  GCP_LOCATION: text(/^[a-z]+-[a-z]+[0-9]+$/, 'must be a region, such as us-central1'),
  CLOUD_TASKS_QUEUE: text(
    /^[A-Za-z0-9-]{1,100}(,[A-Za-z0-9-]{1,100})*$/,
    "must be the queue's short name (letters, digits and hyphens), not its full id; several are separated by commas",
  ),
  CLOUD_RUN_SERVICE_URL: text(
    /^https?:\/\/[^/?#\s@]+$/,
    'must be the URL of the service without a path, such as https://documents-123.us-central1.run.app',
  ),
  CLOUD_RUN_SERVICE_ACCOUNT: text(/^[^@\s]+@[^@\s]+$/, "must be the invoker service account's email"),
  DOCUMENTS_BUCKET: bucket,
  RESULTS_BUCKET: bucket,
  DISPATCH_DEADLINE_SECONDS: wholeNumber('must be a whole number of seconds from 15 to 1800', 15, 1800, 600),
  CLOUD_TASKS_MAX_ATTEMPTS: wholeNumber('must be a whole number from 1 to 100', 1, 100, 5),
  CLOUD_TASKS_MAX_BACKOFF_SECONDS: wholeNumber('must be a whole number of seconds from 0 to 3600', 0, 3600, 300),
  MAX_DOCUMENT_BYTES: wholeNumber('must be a whole number of bytes from 1 to 1073741824', 1, 2 ** 30, 50 * 2 ** 20),
  DOCLING_URL: text(
    /^https?:\/\/[^/?#\s@]+\/?$/,
    'must be the URL of a docling-serve without a path, such as http://localhost:5001',
  ),
  OUTCOMES_TOPIC: text(
    /^projects\/[^/\s]+\/topics\/[A-Za-z][\w.~+%-]{2,254}$/,
    "must be a topic's full name, projects/PROJECT/topics/TOPIC",
  ),
  UPLOADS_SERVICE_ACCOUNT: text(/^[^@\s]+@[^@\s]+$/, "must be the email of the push subscription's service account"),
  UPLOADS_PREFIX: z.string().default(''),
  UPLOADS_SUFFIXES: z.string().default(''),
  ...extractionVariables,
  ACCEPT_REMOVED_SIGNATURE: z.enum(['true', 'false'], { error: 'must be true or false' }).default('false'),
  OIDC_JWKS_URL: z
    .string()
    .refine((value) => URL.canParse(value) && /^https?:/.test(value), { error: 'must be a URL' })
    .default('https://www.googleapis.com/oauth2/v3/certs'),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal'], {
      error: 'must be trace, debug, info, warn, error or fatal',
    })
    .default('info'),
  HOST: z.string().default('0.0.0.0'),
  PORT: wholeNumber('must be a port from 0 to 65535', 0, 65535, 8080),
} satisfies Record<SettingName, z.ZodType>);

/**
 * Reads the settings. A variable that is set to the empty string counts as not set.
 *
 * @param environment usually `process.env`
 * @param processing.alwaysExtracts whether fields are extracted without the settings of this project's own extraction. @default false
 * @throws InvalidSettingsError with every problem at once
 */
export function readSettings(
  environment: Readonly<Record<string, string | undefined>>,
  { alwaysExtracts = false }: { readonly alwaysExtracts?: boolean } = {},
): Settings {
  const set: Partial<Record<SettingName, string>> = Object.fromEntries(
    SETTING_NAMES.flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])),
  );
  const parsed = schema.safeParse(set);
  const broken = (parsed.error?.issues ?? []).map(({ path, message }) => {
    const name = path[0] as SettingName;
    // Of a schema that has a whole page, the beginning says enough.
    return `${name} ${message}; received ${JSON.stringify(set[name]?.slice(0, 200))}.`;
  });
  const problems = [...broken, ...extractionProblems(set)];
  if (!parsed.success || problems.length > 0) throw new InvalidSettingsError(problems);
  const values = parsed.data;
  const extraction = extractionSettings(values);
  const extracts = alwaysExtracts || extraction !== undefined;
  const deadlines = deadlinesFor(values.DISPATCH_DEADLINE_SECONDS, { extraction: extracts });
  return {
    projectId: values.GCP_PROJECT_ID,
    location: values.GCP_LOCATION,
    queue: values.CLOUD_TASKS_QUEUE,
    serviceUrl: values.CLOUD_RUN_SERVICE_URL,
    serviceAccount: values.CLOUD_RUN_SERVICE_ACCOUNT,
    documentsBucket: values.DOCUMENTS_BUCKET,
    resultsBucket: values.RESULTS_BUCKET,
    deadlines,
    maxAttempts: values.CLOUD_TASKS_MAX_ATTEMPTS,
    checkIntervalSeconds: checkIntervalSeconds(deadlines, values.CLOUD_TASKS_MAX_BACKOFF_SECONDS),
    maxDocumentBytes: values.MAX_DOCUMENT_BYTES,
    outcomesTopic: values.OUTCOMES_TOPIC,
    uploadsServiceAccount: values.UPLOADS_SERVICE_ACCOUNT,
    uploadsPrefix: values.UPLOADS_PREFIX,
    uploadsSuffixes: values.UPLOADS_SUFFIXES.split(',').filter((suffix) => suffix !== ''),
    doclingUrl: values.DOCLING_URL,
    ...(extraction && { extraction }),
    acceptRemovedSignature: values.ACCEPT_REMOVED_SIGNATURE === 'true',
    jwksUrl: values.OIDC_JWKS_URL,
    logLevel: values.LOG_LEVEL,
    host: values.HOST,
    port: values.PORT,
  };
}
