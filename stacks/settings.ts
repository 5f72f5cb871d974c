import { closest, distance } from 'fastest-levenshtein';
import { DISPATCH_DEADLINE_RANGE } from '../deadlines.ts';
import type { DoclingSidecarProps } from './docling-sidecar.ts';
import type { DocumentProcessingStackProps } from './document-processing-props.ts';
import type { ExtractionProps } from './extraction.ts';
import { ENVIRONMENT_NAME, environmentNameProblem } from './names.ts';

/** What a deployer chose. */
export interface AppSettings {
  readonly props: DocumentProcessingStackProps;
  /** Bucket that keeps Terraform's state. @default none: a local file */
  readonly stateBucket?: string;
}

/** Letters from which on a name that is nearly one of ours is a typing error. */
const MIN_TELLING_LENGTH = 10;
/** Letters changed, added or left out by a typing error. */
const MAX_EDITS = 2;

/** The settings that could be read, and one line for each variable that could not. */
export interface ReadSettings {
  readonly settings: AppSettings;
  readonly problems: readonly string[];
}

/**
 * Reads what a deployer chose from environment variables; one that is empty counts as not set.
 *
 * Only what cannot be understood is a problem here; the stack checks the values themselves.
 *
 * @param variables usually `process.env`
 */
export function readSettings(variables: Readonly<Record<string, string | undefined>>): ReadSettings {
  const problems: string[] = [];
  /** All that are read; `npm start` and `npm run dev` take the first for themselves. */
  const known = ['DOCLING_URL'];

  function text(name: string): string | undefined {
    known.push(name);
    return variables[name]?.trim() || undefined;
  }

  /** Variables that are none of ours and were meant for one: silently, they would do nothing. */
  function misspelt(): string[] {
    return Object.entries(variables).flatMap(([name, value]) => {
      if (!value || known.includes(name)) return [];
      // A short name that is near one of ours, such as SECRET, is another program's more likely.
      const isOurPrefix = /^(EXTRACTION|DOCLING)_/.test(name);
      if (!isOurPrefix && name.length < MIN_TELLING_LENGTH) return [];
      // By their lengths first: an environment may have hundreds of variables.
      const candidates = isOurPrefix
        ? known
        : known.filter(({ length }) => Math.abs(length - name.length) <= MAX_EDITS);
      if (candidates.length === 0) return [];
      const nearest = closest(name, candidates);
      const begun = isOurPrefix ? known.find((whole) => whole.startsWith(`${name}_`)) : undefined;
      // What is further away is another tool's: docling-serve and others have variables of their own that begin so.
      if (begun === undefined && distance(name, nearest) > MAX_EDITS) return [];
      return [`${name} is no setting: did you mean ${begun ?? nearest}? Rename it, or unset it.`];
    });
  }

  function environmentName(name: string): string | undefined {
    const value = text(name);
    if (value === undefined || ENVIRONMENT_NAME.test(value)) return value;
    problems.push(`${name}: ${environmentNameProblem(value)}`);
    return undefined;
  }

  function list(name: string): string[] | undefined {
    const items = text(name)?.split(',');
    return items?.map((item) => item.trim()).filter((item) => item !== '');
  }

  function pairs(name: string): Record<string, string> | undefined {
    const items = list(name)?.map((item) => /^([^=]+)=(.*)$/s.exec(item)?.slice(1) ?? [item]);
    const broken = items?.filter(([, value]) => value === undefined) ?? [];
    for (const [item] of broken) problems.push(`${name} is a list such as 'a=b,c=d'; received '${item}' in it.`);
    return items && broken.length === 0 ? Object.fromEntries(items) : undefined;
  }

  function yesOrNo(name: string): boolean | undefined {
    const value = text(name);
    if (value === undefined || value === 'true' || value === 'false')
      return value === undefined ? undefined : value === 'true';
    problems.push(`${name} must be true or false; received '${value}'.`);
    return undefined;
  }

  function ratio(name: string): number | undefined {
    const value = text(name);
    if (value === undefined || /^\d(\.\d{1,9})?$/.test(value)) return value === undefined ? undefined : Number(value);
    problems.push(`${name} must be a number from 0 to 1, such as 0.1; received '${value}'.`);
    return undefined;
  }

  function whole(name: string): number | undefined {
    const value = text(name);
    if (value === undefined || /^\d{1,9}$/.test(value)) return value === undefined ? undefined : Number(value);
    problems.push(`${name} must be a whole number of at most 9 digits; received '${value}'.`);
    return undefined;
  }

  function dispatchDeadline(name: string): number | undefined {
    const { min, max } = DISPATCH_DEADLINE_RANGE;
    const seconds = whole(name);
    if (seconds === undefined || (seconds >= min && seconds <= max)) return seconds;
    problems.push(`${name} must be from ${min} to ${max} seconds, Cloud Tasks' range; received '${seconds}'.`);
    return undefined;
  }

  /** docling-serve beside the handler. Default: none; the variables but the first need it. */
  function docling(): DoclingSidecarProps | undefined {
    const isOn = yesOrNo('DOCLING');
    const given = defined({
      /** Image of docling-serve. Default: a pinned version for CPUs. */
      image: text('DOCLING_IMAGE'),
      /** vCPUs of docling-serve. Default: 4. */
      cpu: text('DOCLING_CPU'),
      /** Memory of docling-serve. Default: 8Gi. */
      memory: text('DOCLING_MEMORY'),
    });
    const [first] = Object.keys(given);
    if (isOn || first === undefined) return isOn ? given : undefined;
    const name = `DOCLING_${first.toUpperCase()}`;
    problems.push(
      `${name} is for docling-serve, which DOCLING=true turns on; received '${text(name)}': set both or none.`,
    );
    return undefined;
  }

  function price(name: string): number | undefined {
    const value = text(name);
    if (value === undefined || /^\d{1,6}(\.\d{1,9})?$/.test(value))
      return value === undefined ? undefined : Number(value);
    problems.push(`${name} must be in USD for a million tokens, such as 0.30; received '${value}'.`);
    return undefined;
  }

  /** Fields to extract. Default: none; with one of the variables the others without a default are needed too. */
  function extraction(): ExtractionProps | undefined {
    const given = defined({
      /** File with the JSON Schema of the fields. */
      schemaFile: text('EXTRACTION_SCHEMA_FILE'),
      /** Name of a Gemini model. */
      model: text('EXTRACTION_MODEL'),
      /** Where the model answers. Default: the region of everything. */
      location: text('EXTRACTION_LOCATION'),
      /** What it reads of a PDF, text or pdf. Default: text. */
      input: text('EXTRACTION_INPUT'),
      /** USD for a million tokens of input and of output. */
      inputPrice: price('EXTRACTION_INPUT_PRICE'),
      outputPrice: price('EXTRACTION_OUTPUT_PRICE'),
    });
    const needed = ['SCHEMA_FILE', 'MODEL', 'INPUT_PRICE', 'OUTPUT_PRICE'].map((name) => `EXTRACTION_${name}`);
    const missing = needed.filter((name) => text(name) === undefined);
    if (missing.length > 0 && Object.keys(given).length > 0) {
      problems.push(`Extraction needs ${needed.join(', ')}; received none for ${missing.join(', ')}: set all or none.`);
    }
    const { schemaFile, model, inputPrice, outputPrice, ...rest } = given;
    // A price that cannot be read is a problem already.
    if (!schemaFile || !model || inputPrice === undefined || outputPrice === undefined) return undefined;
    return { schemaFile, model, inputPrice, outputPrice, ...rest };
  }

  const props = defined({
    /** Id of the project. Default: the Terraform variable `project_id`. */
    projectId: text('GCP_PROJECT_ID'),
    /** Region of everything. Default: us-central1. */
    location: text('GCP_LOCATION'),
    /** Suffix of every name, so that several environments can live in one project. Default: dev. */
    environment: environmentName('ENVIRONMENT'),
    /** More labels, `key=value`, comma separated. Default: none. */
    labels: pairs('LABELS'),
    /** IAM members who may call the service, comma separated. Default: none. */
    callers: list('CALLERS'),
    /** IAM members of other services that enqueue by themselves, comma separated. Default: none. */
    enqueuers: list('ENQUEUERS'),
    /** Seconds for one attempt at a document, 15 to 1800; every other time derives from it. Default: 600. */
    dispatchDeadlineSeconds: dispatchDeadline('DISPATCH_DEADLINE_SECONDS'),
    /** Attempts at a document in all. Default: 5. */
    maxAttempts: whole('MAX_ATTEMPTS'),
    /** Queues that share the work. Default: 1. */
    queueCount: whole('QUEUE_COUNT'),
    /** Tasks that each queue dispatches a second. Default: 500. */
    maxDispatchesPerSecond: whole('MAX_DISPATCHES_PER_SECOND'),
    /** Tasks of each queue being worked on at once. Default: its share of instances times concurrency. */
    maxConcurrentDispatches: whole('MAX_CONCURRENT_DISPATCHES'),
    /** Share of the queues' operations that are logged, 0 to 1. Default: 1. */
    logSamplingRatio: ratio('LOG_SAMPLING_RATIO'),
    /** vCPUs of an instance. Default: 1. */
    cpu: text('CPU'),
    /** Memory of an instance. Default: 2Gi. */
    memory: text('MEMORY'),
    /** Documents that an instance works on at once. Default: 4. */
    concurrency: whole('CONCURRENCY'),
    /** Instances kept warm. Default: 0. */
    minInstances: whole('MIN_INSTANCES'),
    /** Instances at most. Default: 10. */
    maxInstances: whole('MAX_INSTANCES'),
    /** Who can reach the service. Default: INGRESS_TRAFFIC_INTERNAL_ONLY. */
    ingress: text('INGRESS'),
    /** Network for direct VPC egress. Default: none. */
    vpcNetwork: text('VPC_NETWORK'),
    /** Subnetwork for direct VPC egress. Default: none. */
    vpcSubnetwork: text('VPC_SUBNETWORK'),
    /** PRIVATE_RANGES_ONLY or ALL_TRAFFIC. Default: PRIVATE_RANGES_ONLY. */
    vpcEgress: text('VPC_EGRESS'),
    /** docling-serve beside the handler. Default: none. */
    docling: docling(),
    /** Fields that a model extracts from each document. Default: none. */
    extraction: extraction(),
    /** Secrets as environment variables, `VARIABLE=secret-id`, comma separated. Default: none. */
    secrets: pairs('SECRETS'),
    /** Customer-managed key, by its resource name. Default: Google's keys. */
    kmsKey: text('KMS_KEY'),
    /** Bucket of the documents, where it exists already. Default: one is created. */
    documentsBucket: text('EXISTING_DOCUMENTS_BUCKET'),
    /** Bucket of records and results, where it exists already. Default: one is created. */
    resultsBucket: text('EXISTING_RESULTS_BUCKET'),
    /** Own container image instead of the bundle. Default: the stock Node image. */
    image: text('CONTAINER_IMAGE'),
    /** Whether Terraform refuses to destroy: true or false. Default: true for ENVIRONMENT=prod, else false. */
    deletionProtection: yesOrNo('DELETION_PROTECTION'),
    /** Whether there are alerts, log-based metrics and a dashboard: true or false. Default: true. */
    monitoring: yesOrNo('MONITORING'),
    /** Who is told of an incident, by full names of notification channels, comma separated. Default: nobody. */
    notificationChannels: list('NOTIFICATION_CHANNELS'),
  });
  /** Bucket that keeps Terraform's state and exists already. Default: none, a file beside cdktf.json keeps it. */
  const state = defined({ stateBucket: text('STATE_BUCKET') });
  return { settings: { props, ...state }, problems: [...problems, ...misspelt()] };
}

/** Only what is set, so that each default stays where it is documented. */
function defined<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T> as never;
}
