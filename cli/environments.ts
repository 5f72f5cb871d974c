/**
 * Environments that `npm run compat`, `npm run validate`, `npm run bench` and the snapshots look at, as what `stacks/settings.ts`
 * reads. Between them they use every option, but `monitoring` off and those that exclude another.
 */
export const ENVIRONMENTS = {
  /** Nothing set: not even the project, which is a Terraform variable then. */
  dev: {},
  prod: { GCP_PROJECT_ID: 'my-project', ENVIRONMENT: 'prod' },
  /** By itself: beside docling-serve an instance takes one document at a time. */
  docling: {
    GCP_PROJECT_ID: 'my-project',
    DOCLING: 'true',
    DOCLING_IMAGE: 'europe-docker.pkg.dev/my-project/images/docling-serve-cpu:v1.38.2',
    DOCLING_CPU: '2',
    DOCLING_MEMORY: '6Gi',
  },
  'everything-on': {
    GCP_PROJECT_ID: 'my-project',
    GCP_LOCATION: 'europe-west1',
    ENVIRONMENT: 'prod',
    LABELS: 'team=papers',
    CALLERS: 'serviceAccount:frontend@my-project.iam.gserviceaccount.com,group:papers@example.com',
    ENQUEUERS: 'serviceAccount:importer@my-project.iam.gserviceaccount.com',
    QUEUE_COUNT: '3',
    DISPATCH_DEADLINE_SECONDS: '1800',
    MAX_DISPATCHES_PER_SECOND: '100',
    MAX_CONCURRENT_DISPATCHES: '30',
    MAX_ATTEMPTS: '8',
    LOG_SAMPLING_RATIO: '0.1',
    CPU: '4',
    MEMORY: '8Gi',
    CONCURRENCY: '2',
    MIN_INSTANCES: '1',
    MAX_INSTANCES: '50',
    INGRESS: 'INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER',
    VPC_NETWORK: 'my-network',
    VPC_SUBNETWORK: 'my-subnetwork',
    VPC_EGRESS: 'ALL_TRAFFIC',
    EXTRACTION_SCHEMA_FILE: 'samples/schemas/invoice.schema.json',
    EXTRACTION_MODEL: 'gemini-3-flash',
    EXTRACTION_LOCATION: 'eu',
    EXTRACTION_INPUT: 'pdf',
    EXTRACTION_INPUT_PRICE: '0.5',
    EXTRACTION_OUTPUT_PRICE: '3',
    SECRETS: 'API_KEY=converter-api-key,OTHER_KEY=converter-api-key,TOKEN=hook-token',
    KMS_KEY: 'projects/my-keys/locations/europe-west1/keyRings/papers/cryptoKeys/documents',
    DELETION_PROTECTION: 'true',
    NOTIFICATION_CHANNELS: 'projects/my-project/notificationChannels/1234567890',
    STATE_BUCKET: 'my-state',
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, string>>>>;
