import { ENVIRONMENTS } from '../environments.ts';

/** A deployment and what becomes of it. */
export interface Scenario {
  readonly name: string;
  /** Deployed one after the other, each by what `stacks/settings.ts` reads; in the end all is destroyed. */
  readonly deployments: readonly Deployment[];
}

interface Deployment {
  readonly step: string;
  readonly variables: Readonly<Record<string, string>>;
  /** Whether the new revision does not start, so that the deployment fails; the next one has to mend it. @default it starts */
  readonly fails?: boolean;
  /** How Terraform begins to say that it refuses to plan this. @default it does not */
  readonly refused?: string;
}

const PROJECT = { GCP_PROJECT_ID: 'my-project', GCP_LOCATION: 'europe-west1' };
/** Where Terraform may destroy, and the state is a file. */
const TAKEN_BACK = { DELETION_PROTECTION: 'false', STATE_BUCKET: '' };

const { prod, docling, 'everything-on': everythingOn } = ENVIRONMENTS;

/** In production, with the state in a file. */
const PROTECTED = { ...prod, STATE_BUCKET: '' };

const WITH_SECRETS = { ...prod, SECRETS: everythingOn.SECRETS };

/** Options by themselves, as a deployment that has none of them turns them on. Those that name a bucket or an image leave one out. */
const OPTIONS: readonly (readonly [name: string, variables: Readonly<Record<string, string>>])[] = [
  ['labels', pick('LABELS')],
  ['callers', pick('CALLERS')],
  ['enqueuers', pick('ENQUEUERS')],
  ['limits of the queue', pick('MAX_DISPATCHES_PER_SECOND', 'MAX_ATTEMPTS', 'LOG_SAMPLING_RATIO')],
  ['no log of the queue', { LOG_SAMPLING_RATIO: '0' }],
  ['deadline', pick('DISPATCH_DEADLINE_SECONDS')],
  ['size', pick('CPU', 'MEMORY', 'CONCURRENCY', 'MIN_INSTANCES', 'MAX_INSTANCES')],
  ['network', pick('INGRESS', 'VPC_NETWORK', 'VPC_SUBNETWORK', 'VPC_EGRESS')],
  ['secrets', pick('SECRETS')],
  [
    'extraction',
    pick(
      'EXTRACTION_SCHEMA_FILE',
      'EXTRACTION_MODEL',
      'EXTRACTION_LOCATION',
      'EXTRACTION_INPUT',
      'EXTRACTION_INPUT_PRICE',
      'EXTRACTION_OUTPUT_PRICE',
    ),
  ],
  ['docling', { DOCLING: 'true' }],
  ['retention', pick('DOCUMENTS_RETENTION_DAYS', 'RESULTS_RETENTION_DAYS')],
  ['uploads', pick('ENQUEUE_UPLOADS', 'UPLOADS_PREFIX', 'UPLOADS_SUFFIXES')],
  ['outcomes', pick('OUTCOMES')],
  ['key', pick('KMS_KEY')],
  ['next key', { KMS_KEY: `${everythingOn.KMS_KEY}-next`, FORMER_KMS_KEYS: everythingOn.KMS_KEY }],
  ['no key any more', { FORMER_KMS_KEYS: `${everythingOn.KMS_KEY}-next,${everythingOn.KMS_KEY}` }],
  ['Node image', pick('NODE_IMAGE')],
  ['own image', { CONTAINER_IMAGE: 'europe-docker.pkg.dev/my-project/images/handler:1' }],
  ['three queues', { QUEUE_COUNT: '3' }],
  ['two queues, one drained', { QUEUE_COUNT: '2', DRAINING_QUEUES: '1' }],
  ['two queues', { QUEUE_COUNT: '2' }],
  ['channels', pick('NOTIFICATION_CHANNELS')],
  ['no monitoring', { MONITORING: 'false' }],
];

/**
 * Each of the environments of `cli/environments.ts`; one whose revisions do not always start; and one that has the options one after the
 * other: each step turns one on, and the one before it off.
 */
export const SCENARIOS: readonly Scenario[] = [
  { name: 'prod', deployments: [{ step: 'deploy', variables: { ...prod, ...TAKEN_BACK } }] },
  { name: 'docling', deployments: [{ step: 'deploy', variables: { ...docling, ...TAKEN_BACK } }] },
  { name: 'everything-on', deployments: [{ step: 'deploy', variables: { ...everythingOn, ...TAKEN_BACK } }] },
  {
    name: 'failures',
    deployments: [
      { step: 'a first revision that does not start', variables: WITH_SECRETS, fails: true },
      { step: 'deploy again', variables: WITH_SECRETS },
      { step: 'an update that does not start', variables: prod, fails: true },
      // Terraform has forgotten by now that the revision that serves has secrets: they stay until another one does.
      { step: 'deploy another', variables: { ...WITH_SECRETS, CPU: '2' } },
      { step: 'without protection', variables: { ...prod, ...TAKEN_BACK } },
    ],
  },
  {
    name: 'queues under protection',
    deployments: [
      { step: 'three', variables: { ...PROTECTED, QUEUE_COUNT: '3' } },
      {
        step: 'two, and the third not drained',
        variables: { ...PROTECTED, QUEUE_COUNT: '2' },
        refused: 'Error: Instance cannot be destroyed',
      },
      { step: 'two, and the third drained', variables: { ...PROTECTED, QUEUE_COUNT: '2', DRAINING_QUEUES: '1' } },
      { step: 'two', variables: { ...PROTECTED, QUEUE_COUNT: '2' } },
      { step: 'without protection', variables: { ...PROTECTED, ...TAKEN_BACK } },
    ],
  },
  {
    name: 'options',
    deployments: [
      { step: 'deploy', variables: PROJECT },
      ...OPTIONS.map(([step, variables]) => ({ step, variables: { ...PROJECT, ...variables } })),
      { step: 'none', variables: PROJECT },
    ],
  },
];

function pick(...names: (keyof typeof everythingOn)[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, everythingOn[name]]));
}
